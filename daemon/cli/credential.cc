// trainyard credential: sets, lists and removes the user's keys for object stores. The keys are in a file in
// the user's part of scratch, which only this command writes, as the user. The daemon tells the command where
// the file is, and never sees a key.
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "daemon/base/credentials_file.h"
#include "daemon/base/directory.h"
#include "daemon/base/error.h"
#include "daemon/base/fd.h"
#include "daemon/base/store_access.h"
#include "daemon/base/text.h"
#include "daemon/cli/commands.h"
#include "daemon/cli/context.h"
#include "daemon/cli/without_echo.h"
#include "daemon/manifest/name_rules.h"

namespace trainyard {
namespace {

std::string credentials_path(Context& context) {
  return get<std::string>(context.daemon().get("/v1/stores"), "credentials_file");
}

// On a terminal prints the question and reads the answer, without echo if it is secret; else reads a line of
// standard input.
std::string ask(const char* question, bool secret) {
  if (::isatty(STDIN_FILENO)) std::cerr << question << ": " << std::flush;
  std::string line;
  if (secret) {
    const WithoutEcho silent;
    std::getline(std::cin, line);
    if (silent.is_terminal()) std::cerr << '\n';
  } else {
    std::getline(std::cin, line);
  }
  const std::string answer(trim(line));
  if (!is_one_printable_line(answer))
    throw Error(ErrorKind::invalid, std::string(question) + ": has control characters");
  return answer;
}

Credential from_prompt() {
  Credential credential{ask("access key", false), ask("secret key", true), ""};
  if (::isatty(STDIN_FILENO)) credential.session_token = ask("session token (empty: none)", true);
  if (credential.access_key.empty() || credential.secret_key.empty())
    throw Error(ErrorKind::invalid, "an access key and a secret key are needed");
  return credential;
}

Credential from_environment() {
  const auto variable = [](const char* name) {
    return std::string(std::getenv(name) ? std::getenv(name) : "");
  };
  Credential credential{variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"),
                        variable("AWS_SESSION_TOKEN")};
  if (credential.access_key.empty() || credential.secret_key.empty())
    throw Error(ErrorKind::invalid, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set");
  return credential;
}

Credential from_file(const std::string& path, const std::string& profile) {
  const Credentials known = parse_credentials(read_file_or_pipe(path, 1 << 20), path);
  const auto found = known.find(profile);
  if (found == known.end())
    throw Error(ErrorKind::not_found, path + ": has no keys in a section [" + profile + "]");
  return found->second;
}

std::string aws_file() {
  if (const char* named = std::getenv("AWS_SHARED_CREDENTIALS_FILE")) return named;
  const char* home = std::getenv("HOME");
  return join_path(home == nullptr ? "/" : home, ".aws/credentials");
}

Credential keys_to_add(const Arguments& arguments) {
  if (arguments.has("--env")) return from_environment();
  const std::string profile = arguments.text("--profile", "default");
  if (arguments.has("--file")) return from_file(arguments.text("--file"), profile);
  if (arguments.has("--profile")) return from_file(aws_file(), profile);
  return from_prompt();
}

std::string checked_name(const Arguments& arguments) {
  const std::string name = arguments.text("NAME", "default");
  if (auto problem = problem_with_name(name)) throw Error(ErrorKind::invalid, name + ": " + *problem);
  if (name == anonymous_credential)
    throw Error(ErrorKind::invalid, name + ": stands for requests without keys; choose another name");
  return name;
}

void report(Context& context, const Arguments& arguments, const std::string& name, const std::string& text) {
  context.print((arguments.has("--json") ? Json{{"name", name}}.dump() : text) + '\n');
}

int run_credential_add(Context& context, const Arguments& arguments) {
  const std::string name = checked_name(arguments), path = credentials_path(context);
  Credentials known = read_credentials(path);
  known[name] = keys_to_add(arguments);
  make_directories(parent_of(path), 0700);
  write_credentials(path, known);
  report(context, arguments, name, "added " + name + ": manifests use it with credentials = \"" + name + '"');
  return 0;
}

int run_credential_list(Context& context, const Arguments& arguments) {
  std::string text;
  for (const auto& [name, credential] : read_credentials(credentials_path(context))) {
    const bool is_temporary = !credential.session_token.empty();
    const Json row{{"name", name}, {"access_key", credential.access_key}, {"temporary", is_temporary}};
    text += arguments.has("--json")
                ? row.dump()
                : name + "  " + credential.access_key + (is_temporary ? "  temporary" : "");
    text += '\n';
  }
  if (text.empty() && !arguments.has("--json"))
    text = "no credentials; add some with: trainyard credential add\n";
  context.print(text);
  return 0;
}

int run_credential_remove(Context& context, const Arguments& arguments) {
  const std::string name = arguments.text("NAME"), path = credentials_path(context);
  Credentials known = read_credentials(path);
  if (known.erase(name) == 0) throw Error(ErrorKind::not_found, name + ": no such credential");
  write_credentials(path, known);
  report(context, arguments, name, "removed " + name);
  return 0;
}

Option json_object_option() { return {"--json", "", "print a JSON object instead", {}}; }

}  // namespace

Command credential_add_command() {
  return {
      "credential add",
      "Add keys for an object store",
      "The keys are kept in a file on your scratch that only you can read. Your jobs read it; Trainyard's "
      "daemon does not. Without options, the keys are asked for, or read from the lines of standard input. "
      "An "
      "older credential of the same name is replaced.",
      {{"NAME", "under which manifests name it (default)", false}},
      {{"--file,-f",
        "FILE",
        "take the keys from a file like ~/.aws/credentials",
        {},
        false,
        Completes::files},
       {"--profile",
        "SECTION",
        "the section of that file (default); without --file of ~/.aws/credentials",
        {}},
       {"--env", "", "take the keys from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN", {}},
       json_object_option()},
      {{"trainyard credential add", "asks for the keys that are used where a manifest names none"},
       {"trainyard credential add work --profile work", "copies a section of ~/.aws/credentials"}},
      run_credential_add};
}

Command credential_list_command() {
  return {"credential list",
          "List your credentials, without their secret keys",
          "",
          {},
          {{"--json", "", "print a JSON object per credential", {}}},
          {{"trainyard credential list", "names and access keys"}},
          run_credential_list};
}

Command credential_remove_command() {
  return {"credential remove",
          "Remove a credential",
          "",
          {{"NAME", "the credential's name"}},
          {json_object_option()},
          {{"trainyard credential remove work", "runs that still need it wait until you add it again"}},
          run_credential_remove};
}

}  // namespace trainyard
