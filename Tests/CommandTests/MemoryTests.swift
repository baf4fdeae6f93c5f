import Foundation
import Testing

/// The budget over all that a run holds, as its user meets it.
@Suite struct MemoryTests {
  /// Forty tensors of a quarter of a gigabyte, of which a run of one gigabyte holds a few.
  private static let many = """
    local t, why = {}, nil
    for i = 1, 40 do
      local ok, answer = pcall(gfnet.tensor.zeros, 8192, 8192)
      if not ok then why = answer break end
      t[i] = answer
    end
    print(#t > 0 and #t < 6, why)
    """

  @Test(arguments: [true, false])
  func tensorsTogetherAreHeldToTheLimit(_ isOption: Bool) throws {
    let program = try Program()
    // Once refused, the run goes on with what it releases.
    try program.write("many.lua", Self.many + "\nt = nil print(gfnet.tensor.ones(8192, 8192).count)")
    let result =
      isOption
      ? try program.run("many.lua", "--memory", "1G")
      : try program.run("many.lua", environment: ["GFNET_LAB_MEMORY": "1000MB"])
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 2 && lines.last == "67108864", "\(result.output)")
    #expect(lines.first?.hasPrefix("true\t") == true)
    #expect(lines.first?.contains("gfnet.tensor.zeros: needs 268 MB; ") == true)
    #expect(lines.first?.contains(" of the 1.0 GB this run may hold are in use") == true)
    #expect(lines.first?.contains(":free()") == true && lines.first?.contains("--memory") == true)
  }

  /// What goes into the report counts, though Lua holds one string.
  @Test func whatIsReportedCounts() throws {
    let program = try Program()
    try program.write(
      "tables.lua",
      """
      local rows = {}
      for i = 1, 1000 do rows[i] = {("y"):rep(1000)} end
      for i = 1, 1000 do gfnet.report.table{columns = {"a"}, rows = rows, name = "n" .. i} end
      """)
    let result = try program.run("tables.lua", "--memory", "120M", "--out", "out")
    #expect(result.status == 1)
    #expect(result.complaints.contains { $0.contains("this run may hold") }, "\(result.errors)")
    #expect(program.read("out/index.html")?.contains("this run may hold") == true)
  }

  @Test func uncaughtItIsOneLineAndAReport() throws {
    let program = try Program()
    try program.write(
      "many.lua", "local t = {}\nfor i = 1, 40 do\n  t[i] = gfnet.tensor.ones(8192, 8192) + 1\nend")
    let result = try program.run("many.lua", "--memory", "1G")
    #expect(result.status == 1)
    #expect(result.complaints.count == 1)
    #expect(result.errors.contains("many.lua:3: "), "\(result.errors)")
    #expect(result.errors.contains("this run may hold are in use"))
    #expect(program.read("reports/many/meta.json")?.contains("\"status\": \"failed\"") == true)
  }

  /// What nobody refers to any more does not count, whoever holds it.
  @Test func whatIsNotReachedIsCollectedBeforeARefusal() throws {
    let program = try Program()
    try program.write(
      "loop.lua",
      """
      for i = 1, 12 do
        local m = gfnet.model{backbone = "resnet_tiny_24", image_size = 64, patch_size = 32, classes = 50000}
      end
      for i = 1, 40 do local t = gfnet.tensor.zeros(4096, 4096) end
      for i = 1, 40 do
        local f = gfnet.plot.figure{}:line(gfnet.tensor.arange(1, 500000), gfnet.tensor.rand(500000))
      end
      for i = 1, 20 do
        local d = gfnet.dataset("tensors", {images = gfnet.tensor.rand(20, 3, 96, 96), labels = gfnet.tensor.ones(20)})
      end
      print("done")
      """)
    let result = try program.run("loop.lua", "--memory", "500M")
    #expect(result.status == 0 && result.output == "done\n", "\(result.errors)")
  }

  /// Two dozen of its elements are shown: the list is not copied for that.
  @Test func aLongListIsShownInItsPlace() throws {
    let program = try Program()
    try program.write(
      "long.lua",
      """
      local t = {} for i = 1, 4e6 do t[i] = i end
      print(t)
      local ok, why = pcall(error, t)
      print(why == t)
      -- %%
      t
      """)
    let result = try program.run("long.lua", "--memory", "300M")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("… (4000000 elements)") && result.output.contains("\ntrue\n"))
  }

  /// Lists that hold one list many times: the whole is asked for before any number is read, and is held once.
  @Test func listsAreReadStraightIntoTheTensor() throws {
    let program = try Program()
    try program.write(
      "lists.lua",
      """
      local function n(v, count) local l = {} for i = 1, count do l[i] = v end return l end
      local t = gfnet.tensor(n(n(n(2, 300), 300), 300))
      print(t.count, t[300][300][300])
      t:free()
      print(pcall(gfnet.tensor, n(n(n(2, 1000), 1000), 1000)))
      """)
    let result = try program.run("lists.lua", "--memory", "256M")
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix("27000000\t2") == true, "\(result.output)")
    #expect(lines.last?.hasPrefix("false\t") == true && lines.last?.contains(": needs 4.0 GB; ") == true)
  }

  /// What the system lets the process map is known before it is asked for.
  @Test func theSystemsLimitIsTheRuns() throws {
    let program = try Program()
    try program.write(
      "limited.lua", "print(pcall(gfnet.tensor.zeros, 32768, 32768)) print(#gfnet.tensor.ones(10))")
    let result = try program.shell(
      "ulimit -v 4000000 && exec \"$GFNET\" limited.lua --threads 2 --memory 64G")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("false\t") && result.output.hasSuffix("\n10\n"), "\(result.output)")
    #expect(result.output.contains("needs 4.3 GB; ") && result.output.contains("allow more with ulimit -v"))
  }

  /// Figures, data sets, numbers and strings count as tensors do.
  @Test(arguments: [
    "held[#held + 1] = gfnet.plot.figure{}:line(gfnet.tensor.arange(1, 500000), gfnet.tensor.rand(500000))",
    "held[#held + 1] = gfnet.dataset('tensors', {images = gfnet.tensor.rand(40, 3, 256, 256), labels = gfnet.tensor.ones(40)})",
    "held[#held + 1] = gfnet.plot.images(gfnet.tensor.rand(8, 3, 512, 512))",
    "held[#held + 1] = gfnet.model{backbone = 'resnet_tiny_24', image_size = 64, patch_size = 32, classes = 50000}",
    "local s = ('x'):rep(1 << 20) local t = {} for i = 1, 1 << 16 do t[i] = s end gfnet.dataset('files', {paths = t})",
  ])
  func everythingThatIsHeldCounts(_ statement: String) throws {
    let program = try Program()
    try program.write(
      "held.lua",
      "held = {}\nlocal ok, why = pcall(function() for i = 1, 400 do \(statement) end end)\nheld = nil print(ok, why)\nprint(#gfnet.tensor.ones(10))"
    )
    let result = try program.run("held.lua", "--memory", "300M")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasPrefix("false\t") && result.output.hasSuffix("\n10\n"), "\(result.output)")
    #expect(result.output.contains(" of the 300 MB this run may hold are in use"), "\(result.output)")
  }

  @Test(arguments: ["--memory=lots", "--memory=1K", "--memory=-1G", "--memory="])
  func sizesAreChecked(_ option: String) throws {
    let program = try Program()
    try program.write("s.lua", "print(1)")
    #expect(try program.run("s.lua", option).status == 2)
    #expect(try program.run("s.lua", "--memory", "128M").status == 0)
  }

  @Test func theVariableIsChecked() throws {
    let program = try Program()
    try program.write("s.lua", "print(1)")
    let result = try program.run("s.lua", environment: ["GFNET_LAB_MEMORY": "lots"])
    #expect(result.status == 2)
    #expect(
      result.complaints == [
        "gfnet-lab: $GFNET_LAB_MEMORY is \"lots\", expected a size of at least 64M, such as 8G"
      ])
  }
}
