import Foundation
import Support
import TestSupport
import Testing

/// `gfnet-lab plugins install` and `remove`, with archives that other programs have made.
@Suite struct PluginInstallTests {
  private func source(
    _ program: Program, version: String = "1.0", capabilities: String = "", in folder: String = "work/gap"
  ) throws {
    try program.write(
      "\(folder)/plugin.lua",
      """
      return { name = "gap", version = "\(version)", summary = "a rule of others", requires = "gfnet >= 0.1",
        provides = { exits = { "gap" } }, capabilities = {\(capabilities)} }
      """)
    try program.write(
      "\(folder)/init.lua",
      "gfnet.exits.define{ name = 'gap', summary = require('lib.words').summary, decide = function() return true end }"
    )
    try program.write("\(folder)/lib/words.lua", "return { summary = 'of version \(version)' }")
  }

  private static let place = "data/gfnet-lab/plugins/gap"

  @Test(
    .enabled(if: Python.isThere, "there is no Python to make archives with"),
    arguments: ["folder", "tar.gz", "zip"])
  func aPluginIsInstalledUsedReplacedAndRemoved(_ form: String) throws {
    let program = try Program()
    try program.write("s.lua", "print(gfnet.exits.gap.summary)")
    func install(_ version: String) throws -> Program.Result {
      try source(program, version: version)
      let pack =
        switch form {
        case "folder": "cp -r work/gap pack"
        case "tar.gz": "tar -C work -czf pack gap"
        default: "cd work && \(Python.name) -m zipfile -c ../pack gap/"
        }
      #expect(try program.shell("rm -rf pack; " + pack).status == 0)
      return try program.run("plugins", "install", "pack")
    }
    let first = try install("1.0")
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.hasPrefix("gap 1.0: a rule of others\n"), "\(first.output)")
    #expect(try program.run("s.lua").output == "of version 1.0\n")
    let second = try install("1.1")
    #expect(second.output.contains("It replaces version 1.0"), "\(second.output)")
    #expect(try program.run("s.lua").output == "of version 1.1\n")
    #expect(try program.run("plugins", "list", "--json").output.contains("/pack\""))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: program.folder + "/data/gfnet-lab/plugins") == [
        "gap"
      ])
    #expect(try program.run("plugins", "remove", "gap").status == 2)
    #expect(try program.run("plugins", "remove", "gap", "--yes").status == 0)
    #expect(program.read(Self.place + "/plugin.lua") == nil)
    #expect(try program.run("s.lua").status == 1)
  }

  @Test func whatItAsksForIsShownAndAllowedByAYes() throws {
    let program = try Program()
    try source(program, capabilities: "'clock', 'files.read'")
    let asked = try program.run("plugins", "install", "work/gap")
    #expect(asked.status == 2 && asked.errors.contains("nobody can be asked here; --yes says yes"))
    #expect(
      asked.output.contains("  files.read: read files") && asked.output.contains("  clock: read the clock"))
    #expect(program.read(Self.place + "/plugin.lua") == nil)
    #expect(try program.run("plugins", "install", "work/gap", "--yes").status == 0)
    try program.write("s.lua", "print(gfnet.exits.gap.summary)")
    let result = try program.run("s.lua")
    #expect(result.output == "of version 1.0\n" && result.complaints == [])
    // A version that asks for more asks again, and one that was swapped is skipped.
    try program.write(Self.place + "/lib/words.lua", "return { summary = 'swapped' }")
    #expect(
      try program.run("s.lua").complaints.first?.contains("its files are not those that you allowed") == true)
  }

  @Test(
    .enabled(if: Python.isThere, "there is no Python to make archives with"),
    arguments: [
      (
        "import tarfile as t, io\nf = t.open('bad', 'w:gz'); i = t.TarInfo('gap/../../../evil.lua'); i.size = 1; f.addfile(i, io.BytesIO(b'x')); f.close()",
        "is no name of a file"
      ),
      (
        "import tarfile as t, io\nf = t.open('bad', 'w:gz'); i = t.TarInfo('/tmp/evil.lua'); i.size = 1; f.addfile(i, io.BytesIO(b'x')); f.close()",
        "is no name of a file"
      ),
      (
        "import tarfile as t\nf = t.open('bad', 'w:gz'); i = t.TarInfo('gap/init.lua'); i.type = t.SYMTYPE; i.linkname = '/etc/passwd'; f.addfile(i); f.close()",
        "'gap/init.lua' is a link"
      ),
      (
        "import tarfile as t\nf = t.open('bad', 'w:gz'); i = t.TarInfo('gap/init.lua'); i.type = t.LNKTYPE; i.linkname = 'gap/x'; f.addfile(i); f.close()",
        "'gap/init.lua' is a link"
      ),
      (
        "import tarfile as t\nf = t.open('bad', 'w:gz'); i = t.TarInfo('gap/null'); i.type = t.CHRTYPE; f.addfile(i); f.close()",
        "'gap/null' is a device"
      ),
      (
        "import tarfile as t, io\nf = t.open('bad', 'w:gz'); i = t.TarInfo('gap/big'); i.size = 80 << 20; f.addfile(i, io.BytesIO(b'0' * i.size)); f.close()",
        "it inflates to more than"
      ),
      (
        "import zipfile as z\nf = z.ZipFile('bad', 'w'); f.writestr('../../evil.lua', 'x'); f.close()",
        "is no name of a file"
      ),
      (
        "import zipfile as z\nf = z.ZipFile('bad', 'w'); i = z.ZipInfo('gap/init.lua'); i.create_system = 3; i.external_attr = 0o120777 << 16; f.writestr(i, '/etc/passwd'); f.close()",
        "is a link or a device"
      ),
      (
        "import zipfile as z\nf = z.ZipFile('bad', 'w', z.ZIP_DEFLATED); f.writestr('gap/plugin.lua', 'x' * (200 << 20)); f.close()",
        "claim to inflate to"
      ),
      (
        "import zipfile as z\nf = z.ZipFile('bad', 'w'); f.writestr('gap/plugin.lua', ''); f.writestr('GAP/Plugin.lua', ''); f.close()",
        "twice"
      ),
      (
        "import zipfile as z\nf = z.ZipFile('bad', 'w'); f.writestr('gap/init.lua', ''); f.close()",
        "it has no plugin.lua"
      ),
      (
        "import zipfile as z\nf = z.ZipFile('bad', 'w'); f.writestr('a/plugin.lua', ''); f.writestr('b/plugin.lua', ''); f.close()",
        "it holds several plugins"
      ),
      ("open('bad', 'w').write('hello')", "it is neither a folder nor a .zip or .tar.gz archive"),
      (
        "import os\nos.mkdir('bad'); os.symlink('/etc/passwd', 'bad/init.lua')",
        "'init.lua' is a symbolic link"
      ),
      ("import os\nos.mkdir('bad'); os.mkfifo('bad/init.lua')", "'init.lua' is a named pipe"),
    ])
  func hostileSourcesAreRefused(_ python: String, _ expected: String) throws {
    let program = try Program()
    try program.write("make.py", python + "\n")
    #expect(try program.shell("\(Python.name) make.py").status == 0)
    let result = try program.run("plugins", "install", "bad", "--yes")
    #expect(result.status == 1 && result.complaints.count == 1, "\(result.errors)")
    #expect(
      result.errors.hasPrefix("gfnet-lab: cannot install bad: ") && result.errors.contains(expected),
      "\(result.errors)")
    // Nothing is left behind, neither here nor anywhere above.
    let left = try? FileManager.default.contentsOfDirectory(
      atPath: program.folder + "/data/gfnet-lab/plugins")
    #expect(left ?? [] == [] && program.read("../evil.lua") == nil && program.read("evil.lua") == nil)
  }

  @Test func aBrokenPluginIsNotInstalled() throws {
    let program = try Program()
    try source(program)
    try program.write("work/gap/plugin.lua", "return { name = 'gap', version = 'x' }")
    let result = try program.run("plugins", "install", "work/gap")
    #expect(
      result.status == 1 && result.errors.contains("version must be numbers with dots"), "\(result.errors)")
    try source(program)
    try program.write("work/gap/plugin.lua", "return { name = '../gap', version = '1' }")
    #expect(
      try program.run("plugins", "install", "work/gap").errors.contains(
        "name must be letters, digits, - and _"))
    #expect(program.read(Self.place + "/plugin.lua") == nil)
  }

  @Test func whatWasNotInstalledIsNotRemoved() throws {
    let program = try Program()
    try source(program, in: "plugins/gap")
    let own = try program.run("plugins", "remove", "gap", "--yes")
    #expect(own.status == 2 && own.errors.contains("gfnet-lab did not install it"), "\(own.errors)")
    #expect(program.read("plugins/gap/plugin.lua") != nil)
    let shipped = try program.run("plugins", "remove", "settled", "--yes")
    #expect(shipped.status == 2 && shipped.errors.contains("it comes with the program"), "\(shipped.errors)")
  }
}
