// Makes the help texts and the bash completion script from the table of commands.
#pragma once
#include <string>

#include "daemon/cli/command.h"

namespace trainyard {

std::string help_overview();                       // trainyard --help
std::string help_group(const std::string& group);  // trainyard report --help
std::string help_of(const Command& command);       // trainyard submit --help
std::string bash_completion();

}  // namespace trainyard
