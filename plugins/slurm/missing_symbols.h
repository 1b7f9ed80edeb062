// SPDX-License-Identifier: GPL-2.0-or-later
// What libslurm's own plugins call and libslurm does not have: only the library of Slurm's daemons does. A
// name that is looked up in vain ends the process, in the middle of a call to a slurmdbd that goes away. So
// they are here, in a library of their own that is made visible as libslurm is.
#pragma once

extern "C" {

// What accounting_storage_slurmdbd.so calls a message in its complaints. The text is static.
char* slurmdbd_msg_type_2_str(unsigned message_type, int as_enumerator);
char* rpc_num2string(unsigned short message_type);
}
