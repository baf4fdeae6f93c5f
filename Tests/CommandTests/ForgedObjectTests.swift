import Testing

/// What a script puts into memory that the host has given back is never taken for an object of the host.
@Suite struct ForgedObjectTests {
  /// Rows of exit rules begin as objects do. Tables of four values come to lie where they were, with a number where an object
  /// has its address.
  @Test func memoryOfRowsIsNoObject() throws {
    let program = try Program()
    try program.write(
      "forge.lua",
      """
      local data = gfnet.dataset("tensors", {images = gfnet.tensor.rand(2,3,128,128), labels = {1,2}, classes = {"a","b"}})
      local trace = gfnet.model{backbone = "resnet_tiny_16", dataset = data, steps = 2}:trace(data)
      local rule = function(s) return s.margin > 2 end
      for round = 1, 30 do
        for i = 1, 100 do trace:evaluate(rule) end
        collectgarbage()
        local keep = {}
        for i = 1, 9000 do keep[i] = {1, 2} end
        for i = 1, 9000 do keep[i][4] = 0x133713371330 end
        keep = nil
        collectgarbage()
      end
      print("whole")
      """)
    let result = try program.run("forge.lua")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("whole"))
  }
}
