// Every command of trainyard(1), in the order of the help. Each is defined in the file of its name.
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

// "report", "admin" and "admin plan" are followed by a further word.
bool is_command_group(const std::string& word);

}  // namespace trainyard
