// SPDX-License-Identifier: GPL-2.0-or-later
// Converts between std::string and the strings in libslurm's structs: char pointers, null for no text.
#pragma once
#include <string>

namespace trainyard::slurm {

inline std::string text_of(const char* text) { return text == nullptr ? "" : text; }

// Return a pointer into `text`. libslurm only reads such a string, and never writes or frees it.
inline char* unowned(const std::string& text) { return const_cast<char*>(text.c_str()); }
inline char* unowned_or_null(const std::string& text) { return text.empty() ? nullptr : unowned(text); }

}  // namespace trainyard::slurm
