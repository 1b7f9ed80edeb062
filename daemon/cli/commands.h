// Every command of trainyard(1), in the order of the help. Most are defined in a file of their name, those of
// trainyard admin in admin*.cc.
#pragma once
#include <string>
#include <vector>

#include "daemon/cli/command.h"

namespace trainyard {

Command init_command();
Command submit_command();
Command list_command();
Command show_command();
Command logs_command();
Command metrics_command();
Command cancel_command();
Command rerun_command();
Command download_command();
Command upload_command();
Command credential_add_command();
Command credential_list_command();
Command credential_remove_command();
Command cache_list_command();
Command cache_pin_command();
Command cache_drop_command();
Command cache_verify_command();
Command report_usage_command();
Command admin_status_command();
Command admin_drain_command();
Command admin_resume_command();
Command admin_reconcile_command();
Command admin_close_month_command();
Command admin_plan_diff_command();
Command admin_plan_apply_command();
Command help_command();

const std::vector<Command>& all_commands();
const std::vector<Option>& global_options();  // understood before and after a command

const Command* find_command(const std::string& name);  // nullptr: there is none

// Returns true if some commands begin with `word` and have a further word: true for "report", "admin" and
// "admin plan".
bool is_command_group(const std::string& word);

}  // namespace trainyard
