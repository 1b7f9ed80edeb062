// The verbs of a deputy for files. For each verb, a function parses the arguments of the daemon's request,
// calls a function of LocalFiles, and returns its result as JSON.
#include <map>

#include "daemon/base/error.h"
#include "daemon/deputy/local_files.h"
#include "daemon/deputy/serve.h"
#include "daemon/deputy/wire.h"

namespace trainyard {
namespace {

// Performs a verb and returns the answer's JSON. `bytes` gets the raw bytes that are sent after the JSON.
using FileVerb = Json (*)(LocalFiles& files, const Json& arguments, Frame& request, std::string& bytes);

Json prepare_attempts(LocalFiles& files, const Json& arguments, Frame&, std::string&) {
  files.prepare_attempts(wire::attempts_from_json(get<Json>(arguments, "attempts")),
                         wire::array_links_from_json(get<Json>(arguments, "array")));
  return nullptr;
}

Json read_files(LocalFiles& files, const Json& arguments, Frame&, std::string&) {
  return wire::to_json(files.read_files(get<std::string>(arguments, "directory"),
                                        wire::texts_from_json(get<Json>(arguments, "names"))));
}

Json revoke_claim(LocalFiles& files, const Json& arguments, Frame&, std::string&) {
  return to_json(files.revoke_claim(get<std::string>(arguments, "directory"),
                                    from_unix(get<std::int64_t>(arguments, "at"))));
}

Json write_files(LocalFiles& files, const Json& arguments, Frame&, std::string&) {
  files.write_files(get<std::string>(arguments, "directory"),
                    wire::texts_from_json(get<Json>(arguments, "removed")),
                    wire::text_map_from_json(get<Json>(arguments, "texts")));
  return nullptr;
}

Json list_sources(LocalFiles& files, const Json& arguments, Frame&, std::string&) {
  return wire::to_json(files.list_sources(data_spec_from_json(get<Json>(arguments, "data")),
                                          store_access_from_json(get<Json>(arguments, "store"))));
}

Json check_credentials(LocalFiles& files, const Json& arguments, Frame&, std::string&) {
  files.check_credentials(get<std::string>(arguments, "url"),
                          store_access_from_json(get<Json>(arguments, "store")));
  return nullptr;
}

Json read_piece(LocalFiles& files, const Json& arguments, Frame&, std::string& bytes) {
  FilePiece piece =
      files.read_piece(get<std::string>(arguments, "path"), get<std::int64_t>(arguments, "from"),
                       get<std::int64_t>(arguments, "most_bytes"));
  bytes = std::move(piece.bytes);
  return {{"next", piece.next}, {"size_bytes", piece.size_bytes}};
}

Json free_bytes(LocalFiles& files, const Json&, Frame&, std::string&) { return files.free_bytes(); }

Json remove_tree(LocalFiles& files, const Json& arguments, Frame&, std::string&) {
  files.remove_tree(get<std::string>(arguments, "path"));
  return nullptr;
}

Json remove_link(LocalFiles& files, const Json& arguments, Frame&, std::string&) {
  files.remove_link(get<std::string>(arguments, "directory"), get<std::string>(arguments, "name"));
  return nullptr;
}

Json keep_code(LocalFiles& files, const Json& arguments, Frame& request, std::string&) {
  files.keep_code(get<std::string>(arguments, "digest"), std::move(request.fd),
                  get<std::int64_t>(arguments, "most_bytes"));
  return nullptr;
}

Json find_code(LocalFiles& files, const Json& arguments, Frame&, std::string&) {
  std::optional<std::int64_t> size = files.find_code(get<std::string>(arguments, "digest"));
  return size ? Json(*size) : Json();
}

Json remove_unused_code(LocalFiles& files, const Json& arguments, Frame&, std::string&) {
  std::vector<std::string> in_use = wire::texts_from_json(get<Json>(arguments, "in_use"));
  files.remove_unused_code({in_use.begin(), in_use.end()});
  return nullptr;
}

const std::map<std::string, FileVerb> file_verb_of_name{
    {"prepare_attempts", prepare_attempts},
    {"read_files", read_files},
    {"revoke_claim", revoke_claim},
    {"write_files", write_files},
    {"list_sources", list_sources},
    {"check_credentials", check_credentials},
    {"read_piece", read_piece},
    {"free_bytes", free_bytes},
    {"remove_tree", remove_tree},
    {"remove_link", remove_link},
    {"keep_code", keep_code},
    {"find_code", find_code},
    {"remove_unused_code", remove_unused_code},
};

Frame perform(Frame request) {
  Json json = parse_json(request.json, "the daemon's request");
  auto verb = file_verb_of_name.find(get<std::string>(json, "verb"));
  if (verb == file_verb_of_name.end())
    throw Error(ErrorKind::internal, "the deputy is of another release than the daemon: it knows no verb " +
                                         get<std::string>(json, "verb"));
  LocalFiles files(wire::scratch_root_from_json(get<Json>(json, "scratch")));
  Frame answer;
  Json value = verb->second(files, get<Json>(json, "arguments"), request, answer.bytes);
  answer.json = Json{{"value", value}, {"scratch", wire::to_json(files.scratch())}}.dump(
      -1, ' ', false, Json::error_handler_t::replace);
  return answer;
}

}  // namespace

Verbs file_verbs() { return perform; }

}  // namespace trainyard
