// SPDX-License-Identifier: GPL-2.0-or-later
// Defines functions that libslurm's own plugins call, but that only the library of Slurm's daemons has, not
// libslurm. Without them the dynamic linker would end the process when a plugin calls one, which happens when
// the connection to slurmdbd breaks. They are in a library of their own, whose symbols are made visible as
// libslurm's are.
#pragma once

extern "C" {

// Returns the name of a message to slurmdbd, for the error texts of accounting_storage_slurmdbd.so. The text
// is static.
char* slurmdbd_msg_type_2_str(unsigned message_type, int as_enumerator);
char* rpc_num2string(unsigned short message_type);
}
