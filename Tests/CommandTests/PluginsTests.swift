import Foundation
import Support
import TestSupport
import Testing

/// `gfnet-lab plugins` as people use it.
@Suite struct PluginsTests {
  private func plugin(
    _ program: Program, _ name: String, capabilities: String = "", initialise: String? = nil,
    version: String = "1.0",
    in folder: String = "plugins"
  ) throws {
    try program.write(
      "\(folder)/\(name)/plugin.lua",
      """
      return { name = "\(name)", version = "\(version)", summary = "a rule called \(name)", requires = "gfnet >= 0.1",
        provides = { exits = { "\(name)" } }, capabilities = {\(capabilities)} }
      """)
    try program.write(
      "\(folder)/\(name)/init.lua",
      initialise
        ?? "gfnet.exits.define{ name = '\(name)', decide = function(s, p) return s.margin > 0.5 end }")
  }

  @Test(arguments: ["exit", "sampler", "backbone", "report"])
  func whatNewWritesPassesItsCheckAsItIs(_ kind: String) throws {
    let program = try Program()
    let made = try program.run("plugins", "new", kind, "my-first")
    #expect(made.status == 0, "\(made.errors)")
    for file in ["plugin.lua", "init.lua", "test.lua", "README.md"] {
      #expect(
        made.output.contains("plugins/my-first/\(file)\n") && program.read("plugins/my-first/\(file)") != nil)
    }
    let check = try program.run("plugins", "check", "my-first")
    #expect(check.status == 0, "\(check.output)\(check.errors)")
    #expect(check.output.hasPrefix("my-first (plugins/my-first): ok\n"), "\(check.output)")
    #expect(!check.output.contains("note"), "\(check.output)")
    // Nothing is written over.
    let again = try program.run("plugins", "new", kind, "my-first")
    #expect(again.status == 1 && again.errors.contains("is there already"))
    // Its example is a script that runs, but for the model that it loads.
    #expect(program.read("plugins/my-first/README.md")?.contains("gfnet.\(kind)s.my_first") == true)
  }

  @Test func newRefusesWhatCannotBeAName() throws {
    let program = try Program()
    for (words, expected) in [
      (["exit", "confidence"], "the exit rule 'confidence' is already defined (built in)"),
      (["exit", "../x"], "must be at most 64 letters"), (["exit", "1st"], "begin with a letter"),
      (["rule", "x"], "a plugin is exit, sampler, scheduler, backbone or report, not 'rule'"),
      (["exits", "list"], "gfnet.exits.list is a function already"),
    ] {
      let result = try program.run(["plugins", "new"] + words)
      #expect(result.status == 2 && result.errors.contains(expected), "\(words): \(result.errors)")
    }
    #expect(program.read("plugins") == nil)
  }

  @Test func whatAPluginAsksForIsAllowedByTheUser() throws {
    let program = try Program()
    try plugin(
      program, "timed", capabilities: "'clock'",
      initialise:
        "local t = gfnet.clock() gfnet.exits.define{ name = 'timed', decide = function() return t > 0 end }")
    try program.write("s.lua", "print(pcall(function() return gfnet.exits.timed.name end))")
    let skipped =
      "gfnet-lab: plugin 'timed' skipped: it asks for clock, which you have not allowed;"
      + " gfnet-lab plugins allow timed does"
    func run(_ arguments: String...) throws -> Program.Result { try program.run(["s.lua"] + arguments) }
    #expect(try run().complaints == [skipped])
    // For one run, which is told.
    let once = try run("--allow-plugins")
    #expect(once.output == "true\ttimed\n" && once.complaints.count == 1)
    #expect(once.complaints[0].contains("plugin 'timed' 1.0 may read the clock"), "\(once.errors)")
    #expect(try run().complaints == [skipped])
    // Nobody can be asked here.
    let asked = try program.run("plugins", "allow", "timed")
    #expect(
      asked.status == 2 && asked.output.contains("clock: read the clock") && asked.errors.contains("--yes"))
    #expect(try run().complaints == [skipped])
    #expect(try program.run("plugins", "allow", "timed", "--yes").status == 0)
    let allowed = try run()
    #expect(allowed.output == "true\ttimed\n" && allowed.complaints == [])
    #expect(program.read("reports/s/meta.json")?.contains("\"clock\"") == true)
    // A changed file asks again.
    try program.write("plugins/timed/data.txt", "new")
    let changed = try run()
    #expect(changed.complaints.first?.contains("its files are not those that you allowed clock") == true)
    #expect(try program.run("plugins", "allow", "timed", "--yes", "--edits").status == 0)
    try program.write("plugins/timed/data.txt", "newer")
    #expect(try run().complaints == [])
    #expect(try program.run("plugins", "allow", "timed", "--withdraw").status == 0)
    #expect(try run().complaints == [skipped])
  }

  @Test func aPluginBesideAScriptElsewhereIsAllowedByItsFolder() throws {
    let program = try Program()
    try plugin(program, "timed", capabilities: "'clock'", in: "work/plugins")
    try program.write("work/s.lua", "print(gfnet.exits.timed.name)")
    let command = try #require(
      try program.run("work/s.lua").complaints.first?.firstMatch(of: /gfnet-lab plugins allow (\S+) does/))
    #expect(command.1.hasSuffix("work/plugins/timed"))
    #expect(try program.run("plugins", "allow", String(command.1), "--yes").status == 0)
    #expect(try program.run("work/s.lua").output == "timed\n")
  }

  @Test func aPluginThatEndsTheProgramIsSetAside() throws {
    let program = try Program()
    try plugin(program, "endless", initialise: "while true do end")
    try program.write("s.lua", "local rule = gfnet.exits.endless{}")
    for _ in 1...2 {
      let process = try program.start(["s.lua"])
      while process.isRunning, program.read("state/gfnet-lab/plugins-loading") == nil,
        !((try? FileManager.default.contentsOfDirectory(
          atPath: program.folder + "/state/gfnet-lab/plugins-loading")) ?? [])
          .contains(where: { $0.contains(".\(process.processIdentifier).") })
      { usleep(5_000) }
      kill(process.processIdentifier, SIGKILL)
      #expect(program.finish(process).status == -SIGKILL)
    }
    let third = try program.run("s.lua")
    #expect(
      third.complaints.first?.contains(
        "plugin 'endless' skipped: the last 2 starts ended while it was loading") == true, "\(third.errors)")
    #expect(try program.run("plugins").output.contains("set aside"))
    try plugin(program, "endless")
    let enabled = try program.run("plugins", "enable", "endless")
    #expect(enabled.output == "endless is enabled.\n", "\(enabled.errors)")
    #expect(try program.run("s.lua").status == 0)
  }

  @Test func disabledPluginsAreLeftOut() throws {
    let program = try Program()
    try plugin(program, "gap")
    try program.write("s.lua", "print(pcall(function() return gfnet.exits.gap.name end))")
    #expect(try program.run("s.lua").output == "true\tgap\n")
    #expect(try program.run("plugins", "disable", "gap").status == 0)
    let without = try program.run("s.lua")
    #expect(without.output.hasPrefix("false\t") && without.complaints == [])
    #expect(try program.run("plugins", "list").output.contains("disabled"))
    #expect(try program.run("plugins", "enable", "gap").status == 0)
    #expect(try program.run("s.lua").output == "true\tgap\n")
    let unknown = try program.run("plugins", "disable", "gab")
    #expect(unknown.status == 2 && unknown.errors.contains("there is no plugin 'gab'; did you mean 'gap'?"))
  }

  @Test func listSaysWhatThereIs() throws {
    let program = try Program()
    try plugin(program, "gap")
    try plugin(program, "timed", capabilities: "'clock'")
    try program.write("plugins/odd/plugin.lua", "name = 3")
    try program.write("plugins/lost/init.lua", "")
    let text = try program.run("plugins")
    #expect(text.status == 0)
    for word in [
      "gap", "a rule called gap", "not allowed", "gfnet-lab plugins allow timed does", "broken", "settled",
    ] {
      #expect(text.output.contains(word), "\(word): \(text.output)")
    }
    struct List: Decodable {
      struct Plugin: Decodable {
        let name, state, folder: String; let version: String?; let provides: [String: [String]];
        let with_the_program: Bool
      }
      let plugins: [Plugin]
    }
    let list = try JSONDecoder().decode(
      List.self, from: Data(try program.run("plugins", "list", "--json").output.utf8))
    func find(_ name: String) -> List.Plugin? { list.plugins.first { $0.name == name } }
    #expect(find("gap")?.state == "ready" && find("gap")?.provides["exits"] == ["gap"])
    #expect(
      find("timed")?.state == "not allowed" && find("odd")?.state == "broken"
        && find("lost")?.state == "broken")
    #expect(find("settled")?.with_the_program == true)
  }

  @Test func aDamagedFileOfDecisionsAllowsNothing() throws {
    let program = try Program()
    try plugin(program, "timed", capabilities: "'clock'")
    try program.write("config/gfnet-lab/plugins.json", "{\"allowed\": [")
    try program.write("s.lua", "print('ran')")
    let result = try program.run("s.lua")
    #expect(result.output == "ran\n" && result.complaints.count == 2, "\(result.errors)")
    #expect(result.complaints.first?.contains("it is damaged; mend or remove it") == true)
    let allow = try program.run("plugins", "allow", "timed", "--yes")
    #expect(allow.status == 1 && allow.errors.contains("it is damaged"))
    #expect(program.read("config/gfnet-lab/plugins.json") == "{\"allowed\": [")
  }
}
