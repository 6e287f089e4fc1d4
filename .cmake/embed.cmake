# Writes the files NAMES of the folder ROOT, byte for byte, as one C file: a table sorted
# by name. Run as: cmake -D ROOT=… -D NAMES=a;b -D OUTPUT=… -P embed.cmake
list(SORT NAMES COMPARE STRING CASE SENSITIVE)

set(data "")
set(rows "")
set(index 0)
foreach(name IN LISTS NAMES)
  file(READ ${ROOT}/${name} hex HEX)
  string(LENGTH "${hex}" len)
  math(EXPR len "${len} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND data "static const unsigned char data_${index}[] = {${bytes}0x00};\n")
  string(APPEND rows "\t{\"${name}\", (const char *)data_${index}, ${len}},\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE ${OUTPUT} "#include \"render/embedded.h\"

${data}
const struct embedded embedded_files[] = {
${rows}};
const size_t embedded_count = ${index};
")
