import Foundation
import TestSupport
import Testing

/// Names of any bytes on the command line, in scripts and in folders, and what is no regular file.
struct PathCommandTests {
  private static let latin = "$'caf\\xe9'"

  @Test func aScriptWhoseNameIsNotTextRuns() throws {
    let program = try Program()
    let result = try program.shell(
      """
      mkdir \(Self.latin)
      printf 'local p = gfnet.params{n = "x"}\\nprint("x is", #p.n, p.n:byte(-1))' > \(Self.latin)/$'s\\xff.lua'
      "$GFNET" \(Self.latin)/$'s\\xff.lua' n=$'ab\\xe9' --out $'o\\xe9' && ls $'o\\xe9'/index.html > /dev/null
      """)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "x is\t3\t233\n")
    #expect(result.errors.contains("report: o\\xE9/index.html"))
  }

  @Test(arguments: ["o", "é", "r/o"])
  func aNameOfOneCharacterIsNoTrap(_ name: String) throws {
    let program = try Program()
    try program.write(
      "s",
      """
      for _, file in ipairs{"t", "a/b", "/", ".", "..", ""} do
        print(pcall(gfnet.tensor.save, file, {a = gfnet.tensor{1}}))
      end
      gfnet.tensor.save("t.npy", gfnet.tensor{1, 2})
      """)
    let result = try program.run("s", "--out", name)
    #expect(result.status == 0, "\(result.errors)")
    #expect(program.exists("t.npy") && !program.exists("t") && !program.exists("a"))
  }

  @Test func modelsAndFiguresAreSavedUnderShortNames() throws {
    let program = try Program()
    try program.write(
      "s.lua",
      """
      local model = gfnet.model{backbone = "resnet_tiny_16", image_size = 64, steps = 2, classes = 2}
      model:save("m")
      print(gfnet.load("m").classes)
      print(pcall(model.save, model, "a/b/m"))
      print(pcall(model.save, model, "m.npz"))
      local f = gfnet.plot.figure{}:line({1, 2}, {1, 2})
      f:save("f")
      for _, name in ipairs{"new/", ".", "..", "x/.."} do
        print(pcall(f.save, f, name))
        print(pcall(model.save, model, name))
      end
      print(pcall(gfnet.tensor.save, "t.safetensors/", {a = gfnet.tensor{1}}))
      print(pcall(gfnet.image, "f.png/"))
      """)
    let result = try program.run("s.lua")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("2\n"))
    #expect(
      result.output.contains(
        "cannot write a/b/m: there is no folder a/b; the nearest that is there is the current folder"))
    #expect(result.output.contains("must not end in .npz"))
    #expect(program.exists("f.png") && !program.exists("a"))
    let refused = result.output.components(separatedBy: "names a folder, expected a file, got the string")
    #expect(refused.count - 1 == 9, "\(result.output)")
    #expect(result.output.contains("cannot read f.png/: Not a directory"))
    #expect(!program.exists("new") && !program.exists("new.png") && !program.exists("t.safetensors"))
  }

  /// Devices, pipes and sockets stay what they are, and nothing waits for them.
  @Test func whatIsNoRegularFileIsRefused() throws {
    let program = try Program()
    try program.write(
      "s.lua",
      """
      for _, file in ipairs{"/dev/null", "pipe.safetensors", "folder.safetensors"} do
        print(select(2, pcall(gfnet.tensor.load, file)))
      end
      for _, file in ipairs{"null.safetensors", "pipe.safetensors", "folder.safetensors"} do
        print(select(2, pcall(gfnet.tensor.save, file, {a = gfnet.tensor{1}})))
      end
      print(select(2, pcall(gfnet.image, "pipe.safetensors")))
      print(select(2, pcall(gfnet.dataset, "folder", {path = "folder.safetensors", labels = "pipe.safetensors"})))
      print(select(2, pcall(gfnet.tensor.load, "a\\0b.safetensors")))
      gfnet.tensor.save("link.safetensors", {a = gfnet.tensor{1}})
      """)
    let result = try program.shell(
      """
      mkfifo pipe.safetensors; mkdir folder.safetensors; ln -s /dev/null null.safetensors
      mkdir target; ln -s target/real.safetensors link.safetensors
      timeout 60 "$GFNET" s.lua --allow /dev && [ -L link.safetensors ] && [ -f target/real.safetensors ] && [ -p pipe.safetensors ]
      """)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 9, "\(result.output)")
    for (line, word) in zip(
      lines,
      [
        "a device", "a named pipe", "a folder", "a device", "a named pipe", "a folder", "a named pipe",
        "a named pipe", "NUL",
      ])
    { #expect(line.contains(word), "\(line)") }
    #expect(
      try program.shell("mkfifo p.lua; timeout 20 \"$GFNET\" p.lua").errors.contains("it is a named pipe"))
  }

  @Test func theScriptMayComeFromStandardInput() throws {
    let program = try Program()
    let result = try program.shell("printf 'print(1 + 1)\\r\\n-- %%%%\\r\\n2 * 3' | \"$GFNET\" -")
    #expect(result.status == 0 && result.output == "2\n6\n", "\(result.errors)")
    let piped = try Program()
    for script in ["<(echo 'print(3)')", "/proc/self/fd/5 5< <(echo 'print(3)')"] {
      let said = try piped.shell("rm -rf reports; \"$GFNET\" \(script); ls reports")
      #expect(said.output == "3\nindex.html\nstdin\n", "\(said.output)\(said.errors)")
    }
    #expect(program.exists("reports/stdin/index.html"))
    let other = try program.shell("\"$GFNET\" <(echo 'print(3)') --out out")
    #expect(other.status == 0 && other.output == "3\n", "\(other.errors)")
  }

  @Test func filesAreFoundBesideTheScript() throws {
    let program = try Program()
    try program.write(
      "sub/s.lua",
      """
      print(gfnet.tensor.load("t.safetensors").a, #gfnet.read.lines("notes.txt"))
      print(select(2, pcall(gfnet.load, "x.trace")))
      print(select(2, pcall(gfnet.read.text, "../../etc/passwd")))
      """)
    try program.write("sub/notes.txt", "a\r\nb\rc\n")
    try program.write("make.lua", "gfnet.tensor.save('sub/t.safetensors', {a = gfnet.tensor{5}})")
    try program.write("x.trace", "no model")
    try #require(try program.run("make.lua").status == 0)
    let result = try program.run("sub/s.lua")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("5") && result.output.contains("\t3\n"))
    #expect(result.output.contains("x.trace") && !result.output.contains("there is no model"))
  }

  /// As torchvision's ImageFolder sees them: `caf\xe9` is the first class, and no picture is lost.
  @Test func namesThatAreNotTextAreClassesAndPictures() throws {
    let program = try Program()
    let picture = Fixtures.path("images/rgb.png").string
    try program.write(
      "s.lua",
      """
      local data = gfnet.dataset("folder", {path = "d", crop = 16})
      local function escaped(name)
        return (name:gsub("[\\x80-\\xff]", function(byte) return ("\\\\x%02x"):format(byte:byte()) end))
      end
      print(#data, escaped(table.concat(data.labels, " ")))
      for i = 1, #data do io.write(data[i].label, " ", escaped(data[i].name), "\\n") end
      """)
    let result = try program.shell(
      """
      mkdir -p d/\(Self.latin) d/dog d/zebra
      for f in d/\(Self.latin)/1.png d/\(Self.latin)/2.png d/dog/$'gr\\xfcn.png' d/dog/1.png d/zebra/1.png; do
        cp '\(picture)' "$f"
      done
      "$GFNET" s.lua
      """)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("5\tcaf\\xe9 dog zebra\n"), "\(result.output)")
    #expect(result.output.contains("2 dog/gr\\xfcn.png\n") && result.output.contains("3 zebra/1.png\n"))
    try program.write(
      "t.lua",
      """
      local data = gfnet.dataset("folder", {path = "d", crop = 16})
      print(data.labels[1] == "caf\\xe9", gfnet.image("d/" .. data[1].name):size(1))
      local same = gfnet.dataset("folder", {path = "d", crop = 16, classes = data.labels})
      local other = gfnet.dataset("folder", {path = "d", crop = 16, classes = {"zebra", "caf\\xe9", "dog"}})
      print(same[1].label, other[1].name, other.labels[2] == "caf\\xe9")
      """)
    let again = try program.run("t.lua")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.output.hasPrefix("true\t3\n1\tzebra/1.png\ttrue\n"), "\(again.output)")
  }
}

extension Program {
  fileprivate func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder + "/" + name)
  }
}
