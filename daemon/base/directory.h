// Folders: made, synced, removed; and names that are put in their place. All of it goes through disk()
// (disk.h).
// This header stays C++17: the kernels include it.
#pragma once
#include <string>

namespace trainyard {

inline constexpr unsigned private_folder_mode = 0700;

// mkdir(2); one that is there already is left as it is.
void make_directory(const std::string& path, unsigned mode = private_folder_mode);

// The folder and those on the way to it.
void make_directories(const std::string& path, unsigned mode = private_folder_mode);

// Error{not_found} when it is not there, or is no folder.
void set_directory_mode(const std::string& path, unsigned mode);

// What was made, renamed or removed in this folder is durable when it returns.
void fsync_directory(const std::string& path);

// rename(2), made durable. When it throws, nothing was renamed, unless the last step failed, the fsync of the
// folder: then the new name is there, but may be lost with the machine's power.
void rename_durably(const std::string& from, const std::string& to);

// Removes a file or a link. Nothing there is no error.
void remove_file(const std::string& path);

// Removes whatever has that name, a folder with all that is in it. Folders that their owner has closed to
// himself are opened again. Nothing there is no error.
void remove_tree(const std::string& path);

// For what may as well stay. Whether it is gone.
bool try_to_remove_tree(const std::string& path) noexcept;

}  // namespace trainyard
