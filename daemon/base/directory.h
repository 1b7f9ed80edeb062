// Creates, syncs and removes folders; renames and removes files. All changes go through disk() (disk.h).
// This header stays C++17: the kernels include it.
#pragma once
#include <string>

namespace trainyard {

inline constexpr unsigned private_folder_mode = 0700;

// Creates a folder with mkdir(2). Leaves an existing folder as it is.
void make_directory(const std::string& path, unsigned mode = private_folder_mode);

// Creates the folder and its missing parent folders.
void make_directories(const std::string& path, unsigned mode = private_folder_mode);

// Throws Error{not_found} if `path` does not exist or is not a folder.
void set_directory_mode(const std::string& path, unsigned mode);

// Makes the creations, renames and removals in this folder durable.
void fsync_directory(const std::string& path);

// Renames with rename(2) and makes the rename durable. If it throws, nothing was renamed, unless the last
// step failed, which is the fsync of the folder: then the new name exists, but might be lost if the machine
// loses power.
void rename_durably(const std::string& from, const std::string& to);

// Removes a file or a link. No error if nothing has this name.
void remove_file(const std::string& path);

// Removes a file, a link, or a folder with its contents. If a folder's mode denies its owner access, changes
// the mode first. No error if nothing has this name.
void remove_tree(const std::string& path);

// Calls remove_tree(). Returns false if it fails: for files and folders that do no harm if they stay.
bool try_to_remove_tree(const std::string& path) noexcept;

}  // namespace trainyard
