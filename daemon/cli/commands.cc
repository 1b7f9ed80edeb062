#include "daemon/cli/commands.h"

#include <algorithm>

#include "daemon/cli/context.h"

namespace trainyard {

const std::vector<Command>& all_commands() {
  static const std::vector<Command> commands{init_command(),
                                             submit_command(),
                                             list_command(),
                                             show_command(),
                                             logs_command(),
                                             metrics_command(),
                                             cancel_command(),
                                             rerun_command(),
                                             download_command(),
                                             upload_command(),
                                             credential_add_command(),
                                             credential_list_command(),
                                             credential_remove_command(),
                                             cache_list_command(),
                                             cache_pin_command(),
                                             cache_drop_command(),
                                             cache_verify_command(),
                                             report_usage_command(),
                                             admin_status_command(),
                                             admin_drain_command(),
                                             admin_resume_command(),
                                             admin_reconcile_command(),
                                             admin_close_month_command(),
                                             admin_plan_diff_command(),
                                             admin_plan_apply_command(),
                                             help_command()};
  return commands;
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> options{
      {"--socket",
       "PATH",
       std::string("the daemon's socket; else $TRAINYARD_SOCKET, else ") + default_socket,
       {},
       false,
       Completes::files},
      {"--host",
       "HOST",
       "the daemon's host, or HOST:PORT, if it runs on another one; else $TRAINYARD_HOST",
       {}},
      {"--completion", "SHELL", "print the completion script for a shell", {"bash"}},
      {"--version", "", "print the version", {}},
      {"--help,-h", "", "print this help; of a command: trainyard submit --help", {}}};
  return options;
}

const Command* find_command(const std::string& name) {
  const std::vector<Command>& commands = all_commands();
  auto found =
      std::find_if(commands.begin(), commands.end(), [&](const Command& c) { return c.name == name; });
  return found == commands.end() ? nullptr : &*found;
}

bool is_command_group(const std::string& word) {
  const std::vector<Command>& commands = all_commands();
  return std::any_of(commands.begin(), commands.end(),
                     [&](const Command& c) { return c.name.starts_with(word + ' '); });
}

}  // namespace trainyard
