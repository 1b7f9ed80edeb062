// SPDX-License-Identifier: GPL-2.0-or-later
// Functions that libslurm's own plugins call, but that only the library of Slurm's daemons has, not libslurm.
// When a plugin looks such a function up in vain, the process ends, in the middle of a call to a slurmdbd
// that goes away. So the functions are defined here, in a library of their own that is made visible as
// libslurm is.
#pragma once

extern "C" {

// Return the name of a message for the error texts of accounting_storage_slurmdbd.so. The text is static.
char* slurmdbd_msg_type_2_str(unsigned message_type, int as_enumerator);
char* rpc_num2string(unsigned short message_type);
}
