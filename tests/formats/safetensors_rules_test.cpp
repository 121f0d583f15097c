#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <vector>
#include <weir/core/error.hpp>
#include <weir/formats/safetensors.hpp>

#include "tests/formats/container.hpp"
#include "tests/support/in_memory.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace weir;
using namespace weir::test;

namespace {

// The error message for these bytes, without the file's name and the advice at the end; the same in memory.
std::string refusal(const std::string& bytes) {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  write_bytes(name, bytes);
  const std::string message = after(message_of<FormatError>([&] { TensorFile file(name); }), name + ": ");
  REQUIRE(message_of<FormatError>([&] { TensorFile file(in_memory(bytes)); }) == "(memory): " + message);
  const std::string advice = " It is damaged or no safetensors file: copy it again.";
  REQUIRE(message.ends_with(advice));
  return message.substr(0, message.size() - advice.size());
}

std::string header_refusal(const std::string& header, const std::string& data = "") { return refusal(container(header, data)); }

std::string file_refusal(const std::filesystem::path& path) {
  return message_of<FileError>([&] { TensorFile file(path); });
}

}  // namespace

TEST_CASE("safetensors rules: the length of the header is checked before memory is taken") {
  CHECK(refusal("") == "holds 0 bytes, expected at least 8.");
  CHECK(refusal("1234567") == "holds 7 bytes, expected at least 8.");
  CHECK(refusal(std::string(8, '\xff')) ==
        "its first 8 bytes promise a header of 18446744073709551615 bytes, expected at most 100,000,000.");
  CHECK(refusal(std::string("\x01\xe1\xf5\x05\0\0\0\0", 8)) ==
        "its first 8 bytes promise a header of 100,000,001 bytes, expected at most 100,000,000.");
  CHECK(refusal(std::string("\x00\xe1\xf5\x05\0\0\0\0{}", 10)) == "its first 8 bytes promise a header of 100,000,000 bytes, 2 follow.");
  CHECK(refusal(std::string("\3\0\0\0\0\0\0\0{}", 10)) == "its first 8 bytes promise a header of 3 bytes, 2 follow.");
}

TEST_CASE("safetensors rules: the header is one JSON object that begins at once") {
  CHECK(header_refusal("") == "its header begins with '', expected '{'.");
  CHECK(header_refusal(" {}") == "its header begins with ' ', expected '{'.");
  CHECK(header_refusal("[]") == "its header begins with '[', expected '{'.");
  CHECK(header_refusal("\x89PNG") == "its header begins with '?', expected '{'.");
  CHECK(header_refusal("{") == "its header cannot be read as JSON at byte 2.");
  CHECK(header_refusal("{}x") == "its header cannot be read as JSON at byte 3.");
  CHECK(header_refusal("{}{}") == "its header cannot be read as JSON at byte 3.");
  CHECK(header_refusal(std::string("{}\0\0", 4)) == "its header cannot be read as JSON at byte 3.");
  CHECK(header_refusal("{\"a\xff\":{}}") == "its header cannot be read as JSON at byte 4.");
  CHECK(header_refusal("{'a':{}}") == "its header cannot be read as JSON at byte 2.");
  CHECK(header_refusal(R"({"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}})", "1234") ==
        "its header cannot be read as JSON at byte 31.");
}

TEST_CASE("safetensors rules: members have their type and nothing else") {
  CHECK(header_refusal(R"({"a":1})") == "its entry 'a' is a number, expected an object.");
  CHECK(header_refusal(R"({"a":-1})") == "its entry 'a' is the number -1, expected an object.");
  CHECK(header_refusal(R"({"a":[]})") == "its entry 'a' is a list, expected an object.");
  CHECK(header_refusal(R"({"a":null})") == "its entry 'a' is null, expected an object.");
  CHECK(header_refusal(R"({"a":{"dtype":7}})") == "its tensor 'a': dtype is a number, expected a text.");
  CHECK(header_refusal(R"({"a":{"dtype":["F32"]}})") == "its tensor 'a': dtype is a list, expected a text.");
  CHECK(header_refusal(R"({"a":{"dtype":"f32"}})") == "its tensor 'a' has the dtype 'f32', which the format does not know.");
  CHECK(header_refusal(R"({"a":{"shape":"2"}})") == "its tensor 'a': shape is a text, expected a list.");
  CHECK(header_refusal(R"({"a":{"shape":2}})") == "its tensor 'a': shape is a number, expected a list.");
  CHECK(header_refusal(R"({"a":{"shape":{}}})") == "its tensor 'a': shape is an object, expected a list.");
  CHECK(header_refusal(R"({"a":{"shape":[2.0]}})") == "its tensor 'a': shape holds the number 2.0, expected whole numbers of at least 0.");
  CHECK(header_refusal(R"({"a":{"shape":[1e3]}})") == "its tensor 'a': shape holds the number 1e3, expected whole numbers of at least 0.");
  CHECK(header_refusal(R"({"a":{"shape":[-2]}})") == "its tensor 'a': shape holds the number -2, expected whole numbers of at least 0.");
  CHECK(header_refusal(R"({"a":{"shape":[true]}})") == "its tensor 'a': shape holds true, expected whole numbers of at least 0.");
  CHECK(header_refusal(R"({"a":{"shape":["2"]}})") == "its tensor 'a': shape holds a text, expected whole numbers of at least 0.");
  CHECK(header_refusal(R"({"a":{"shape":[[[[2]]]]}})") == "its tensor 'a': shape holds a list, expected whole numbers of at least 0.");
  CHECK(header_refusal(R"({"a":{"shape":[{}]}})") == "its tensor 'a': shape holds an object, expected whole numbers of at least 0.");
  CHECK(header_refusal(R"({"a":{"shape":[9223372036854775808]}})") ==
        "its tensor 'a' has 9223372036854775808 in its shape, more than 63 bits.");
  CHECK(header_refusal(R"({"a":{"shape":[99999999999999999999]}})") ==
        "its tensor 'a': shape holds the number 99999999999999999999, expected whole numbers of at least 0.");
  CHECK(header_refusal(R"({"a":{"strides":[1]}})") == "its tensor 'a' has a member 'strides', expected dtype, shape and data_offsets.");
  CHECK(header_refusal(R"({"a":{"shape":[1],"shape":[1]}})") == "its tensor 'a' has 'shape' twice.");
  CHECK(header_refusal(R"({"a":{"data_offsets":[0,1,2]}})") == "its tensor 'a' has more than two data_offsets.");
  for (const char* header : {R"({"a":{}})", R"({"a":{"dtype":"U8","shape":[]}})", R"({"a":{"dtype":"U8","data_offsets":[0,1]}})",
                             R"({"a":{"shape":[],"data_offsets":[0,1]}})", R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0]}})"}) {
    CHECK(header_refusal(header, "1") == "its tensor 'a' is incomplete, expected dtype, shape and two data_offsets.");
  }
  std::string ones = "1";
  for (int i = 1; i < 65; ++i) ones += ",1";
  CHECK(header_refusal(R"({"a":{"shape":[)" + ones + "]}}") == "its tensor 'a' has more than 64 dimensions.");
}

TEST_CASE("safetensors rules: metadata is words alone") {
  CHECK(header_refusal(R"({"__metadata__":"a"})") == "its entry '__metadata__' is a text, expected an object.");
  CHECK(header_refusal(R"({"__metadata__":{"a":1}})") == "its metadata 'a' is a number, expected a text.");
  CHECK(header_refusal(R"({"__metadata__":{"a":{"b":"c"}}})") == "its metadata 'a' is an object, expected a text.");
  CHECK(header_refusal(R"({"__metadata__":{"a":["b"]}})") == "its metadata 'a' is a list, expected a text.");
  CHECK(header_refusal(R"({"__metadata__":{"a":null}})") == "its metadata 'a' is null, expected a text.");
  CHECK(header_refusal(R"({"__metadata__":{"a":"b","a":"b"}})") == "its header has the metadata 'a' twice.");
  CHECK(header_refusal(R"({"__metadata__":{},"__metadata__":{}})") == "its header has '__metadata__' twice.");
}

TEST_CASE("safetensors rules: no tensor twice") {
  const auto said = [](const std::string& header, const std::string& data) {
    const std::string bytes = container(header, data);
    return message_of<FormatError>([&] { TensorFile file(in_memory(bytes)); });
  };
  const std::string twice = "(memory): has the tensor 'a' twice, expected one of each name. Save it again.";
  CHECK(said(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", "12") ==
        twice);
  CHECK(said(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}})", "1") ==
        twice);
}

TEST_CASE("safetensors rules: a shape needs exactly the bytes of its range") {
  const auto one = [](const std::string& dtype, const std::string& shape, const std::string& offsets, const std::string& data) {
    return header_refusal(R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}", data);
  };
  CHECK(one("F32", "[2]", "[0,4]", "1234") == "its tensor 'a' is [2] F32, which needs 8 bytes, its data_offsets hold 4.");
  CHECK(one("F32", "[]", "[0,8]", "12345678") == "its tensor 'a' is [] F32, which needs 4 bytes, its data_offsets hold 8.");
  CHECK(one("F32", "[0]", "[0,4]", "1234") == "its tensor 'a' is [0] F32, which needs 0 bytes, its data_offsets hold 4.");
  CHECK(one("F4", "[3]", "[0,1]", "1") == "its tensor 'a' is [3] F4, which needs 1 bytes, its data_offsets hold 1.");
  CHECK(one("F32", "[1]", "[4,0]", "1234") == "its tensor 'a' begins at byte 4 and ends before it, at 0.");
  // 2^62 floats of 4 bytes overflow to 0 bytes in 64 bits, and 2^32 times 2^32 elements overflow too.
  CHECK(one("F32", "[4611686018427387904]", "[0,0]", "") ==
        "its tensor 'a' is [4611686018427387904] F32, which is more than 64 bits count.");
  CHECK(one("U8", "[4294967296,4294967296]", "[0,0]", "") ==
        "its tensor 'a' is [4294967296, 4294967296] U8, which is more than 64 bits count.");
}

TEST_CASE("safetensors rules: ranges follow each other from the first byte to the last") {
  const std::string a = R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)";
  const std::string b = R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)";
  const std::string rule = ": the tensors must follow each other without gaps.";
  CHECK(header_refusal(a + "[1,3]}}", "123") == "its tensor 'a' begins at byte 1 of the data, expected 0" + rule);
  CHECK(header_refusal(a + "[0,2]" + b + "[3,5]}}", "12345") == "its tensor 'b' begins at byte 3 of the data, expected 2" + rule);
  CHECK(header_refusal(a + "[0,2]" + b + "[1,3]}}", "123") == "its tensor 'b' begins at byte 1 of the data, expected 2" + rule);
  CHECK(header_refusal(a + "[0,2]" + b + "[0,2]}}", "12") == "its tensor 'b' begins at byte 0 of the data, expected 2" + rule);
  CHECK(header_refusal(a + "[0,2]}}", "1") == "holds 1 bytes of tensors, its header promises 2.");
  CHECK(header_refusal(a + "[0,2]}}", "123") == "holds 3 bytes of tensors, its header promises 2.");
  CHECK(header_refusal("{}", "1") == "holds 1 bytes of tensors, its header promises 0.");
  CHECK(header_refusal(a + "[9223372036854775805,9223372036854775807]}}") ==
        "its tensor 'a' begins at byte 9,223,372,036,854,775,805 of the data, expected 0" + rule);
}

TEST_CASE("safetensors rules: names from a file cannot act on a terminal") {
  CHECK(header_refusal(R"({"\u001b[2J\n\u0007":1})") ==
        "its entry '?[2J?"
        "?' is a number, expected an object.");
  CHECK(header_refusal("{\"" + std::string(300, 'x') + "\":1}") ==
        "its entry '" + std::string(100, 'x') + "...' is a number, expected an object.");
}

TEST_CASE("safetensors rules: every truncation of a file is refused") {
  const std::string whole = container(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "12345678");
  const TemporaryFolder folder;
  write_bytes(folder / "whole", whole);
  const TensorFile file(folder / "whole");
  CHECK(file.entries().size() == 1);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(refusal(whole.substr(0, size)).empty());
  }
}

TEST_CASE("safetensors rules: what is no file is refused without waiting for it") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  CHECK(file_refusal(name) == name + ": cannot be opened: No such file or directory. Check the path.");
  CHECK(file_refusal("") == "(an empty path): cannot be opened: No such file or directory. Check the path.");
  CHECK(file_refusal(folder.path()) == folder.path().string() + ": is a folder, expected a file. Name a file in it.");
  REQUIRE(::mkfifo(name.c_str(), 0600) == 0);
  CHECK(file_refusal(name) == name + ": is a pipe or a device, expected a file. Copy its content into a file first.");
  CHECK(file_refusal("/dev/null") == "/dev/null: is a pipe or a device, expected a file. Copy its content into a file first.");
}

TEST_CASE("safetensors rules: a file that shrinks after it was opened is an error and not a crash") {
  const TemporaryFolder folder;
  const std::string name = (folder / "a").string();
  write_bytes(name, container(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "12345678"));
  const TensorFile file(name);
  std::filesystem::resize_file(name, 64);
  CHECK(message_of<FileError>([&] { file.read("a"); }) ==
        name + ": became shorter while it was read. Load it again when nothing writes to it.");
}
