#include "plugins/s3/answers.h"

#include <time.h>

#include <pugixml.hpp>
#include <sstream>

#include "daemon/base/error.h"
#include "daemon/base/printable.h"
#include "daemon/base/text.h"
#include "plugins/s3/uri.h"

namespace trainyard {
namespace {

[[noreturn]] void not_understood(const char* what, const std::string& why) {
  throw Error(ErrorKind::unavailable, std::string("the store's answer is no ") + what + ": " + why);
}

pugi::xml_document parse(std::string_view xml, const char* what) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(xml.data(), xml.size());
  if (!result) not_understood(what, result.description());
  return document;
}

pugi::xml_node root_of(const pugi::xml_document& document, const char* name) {
  const pugi::xml_node root = document.child(name);
  if (!root) not_understood(name, "its root element is another one");
  return root;
}

// Returns nothing if the text does not have this format.
std::optional<UtcSeconds> parse_time_as(const std::string& text, const char* format) {
  std::tm fields{};
  if (::strptime(text.c_str(), format, &fields) == nullptr) return std::nullopt;
  return from_unix(::timegm(&fields));
}

bool is_cut(const pugi::xml_node& list) {
  return std::string_view(list.child_value("IsTruncated")) == "true";
}

ListedObject read_object(const pugi::xml_node& contents, bool encoded) {
  ListedObject object;
  const std::string key = contents.child_value("Key");
  object.key = encoded ? decode_component(key) : key;
  const auto size = whole_number<std::int64_t>(contents.child_value("Size"), 0);
  if (object.key.empty() || !size) not_understood("ListBucketResult", "an object has no key or no size");
  object.size_bytes = *size;
  object.etag = unquoted(contents.child_value("ETag"));
  object.modified_at = read_store_time(contents.child_value("LastModified"));
  return object;
}

}  // namespace

ListPage read_list_page(std::string_view xml) {
  const pugi::xml_document document = parse(xml, "ListBucketResult");
  const pugi::xml_node root = root_of(document, "ListBucketResult");
  const bool encoded = std::string_view(root.child_value("EncodingType")) == "url";
  ListPage page;
  for (const pugi::xml_node& contents : root.children("Contents"))
    page.objects.push_back(read_object(contents, encoded));
  if (!is_cut(root)) return page;
  page.next_token = root.child_value("NextContinuationToken");
  if (page.next_token.empty())
    not_understood("ListBucketResult", "a page is cut and has no token for the next");
  return page;
}

StoreProblem read_problem(std::string_view body) {
  pugi::xml_document document;
  StoreProblem problem;
  if (!document.load_buffer(body.data(), body.size())) return problem;
  pugi::xml_node error = document.child("Error");
  if (!error) error = document.child("ErrorResponse").child("Error");
  problem.code = printable(error.child_value("Code"));
  problem.message = printable(error.child_value("Message"));
  problem.request_id = printable(error.child_value("RequestId"));
  problem.region = printable(error.child_value("Region"));
  return problem;
}

std::string read_upload_id(std::string_view xml) {
  const pugi::xml_document document = parse(xml, "InitiateMultipartUploadResult");
  const std::string id = root_of(document, "InitiateMultipartUploadResult").child_value("UploadId");
  if (id.empty()) not_understood("InitiateMultipartUploadResult", "it has no UploadId");
  return id;
}

UploadPage read_upload_page(std::string_view xml) {
  constexpr const char* name = "ListMultipartUploadsResult";
  const pugi::xml_document document = parse(xml, name);
  const pugi::xml_node root = root_of(document, name);
  UploadPage page;
  for (const pugi::xml_node& node : root.children("Upload")) {
    UploadPage::Upload upload{node.child_value("Key"), node.child_value("UploadId"),
                              read_store_time(node.child_value("Initiated"))};
    if (upload.key.empty() || upload.id.empty()) not_understood(name, "an upload has no Key or no UploadId");
    page.uploads.push_back(std::move(upload));
  }
  page.is_last = !is_cut(root);
  page.next_key = root.child_value("NextKeyMarker");
  page.next_id = root.child_value("NextUploadIdMarker");
  if (!page.is_last && page.next_key.empty()) not_understood(name, "a page is cut and has no NextKeyMarker");
  return page;
}

PartPage read_part_page(std::string_view xml) {
  constexpr const char* name = "ListPartsResult";
  const pugi::xml_document document = parse(xml, name);
  const pugi::xml_node root = root_of(document, name);
  PartPage page;
  for (const pugi::xml_node& node : root.children("Part")) {
    const auto number = whole_number<int>(node.child_value("PartNumber"), 1);
    const auto size = whole_number<std::int64_t>(node.child_value("Size"), 0);
    if (!number || !size) not_understood(name, "a part has no PartNumber or no Size");
    page.parts.push_back({*number, *size, unquoted(node.child_value("ETag"))});
  }
  page.is_last = !is_cut(root);
  page.next_marker = root.child_value("NextPartNumberMarker");
  if (!page.is_last && page.next_marker.empty())
    not_understood(name, "a page is cut and has no NextPartNumberMarker");
  return page;
}

std::string complete_upload_text(const std::vector<std::string>& etags) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("CompleteMultipartUpload");
  for (std::size_t i = 0; i < etags.size(); ++i) {
    pugi::xml_node part = root.append_child("Part");
    part.append_child("PartNumber").text() = static_cast<unsigned>(i + 1);
    part.append_child("ETag").text() = ('"' + etags[i] + '"').c_str();
  }
  std::ostringstream xml;
  document.save(xml, "", pugi::format_raw | pugi::format_no_declaration);
  return xml.str();
}

UtcSeconds read_store_time(const std::string& text) {
  for (const char* format : {"%Y-%m-%dT%H:%M:%S", "%a, %d %b %Y %H:%M:%S"})
    if (const std::optional<UtcSeconds> time = parse_time_as(text, format)) return *time;
  return {};
}

std::string unquoted(std::string_view etag) {
  etag = trim(etag);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

}  // namespace trainyard
