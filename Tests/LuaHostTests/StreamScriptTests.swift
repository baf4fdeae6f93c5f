import Testing

/// Streams of answers in scripts.
@Suite struct StreamScriptTests {
  /// A stream gives what the same run as a whole gives, in order, wherever the images come from.
  @Test(arguments: ["data", "function() i = i + 1 return i <= #data and data[i] or nil end"], [1, 5])
  func streamsGiveWhatRunsGive(_ images: String, _ batch: Int) throws {
    let output = try shown(
      """
      local i = 0
      local run = model:infer(data, {exit = 0.11, batch = \(batch)})
      local stream = model:stream(\(images), {exit = 0.11, batch = \(batch)})
      local n = 0
      for r in stream do
        n = n + 1
        local other = run[n]
        assert(r.image == n and r.prediction == other.prediction and r.steps == other.steps, n)
        assert(r.label == data[n].label and r.name == other.name and #r.path == r.steps - 1)
        assert(r.seconds > 0 and math.abs(r.confidence - other.confidence) < 1e-4)
      end
      print(n, stream.images, stream.accuracy == run.accuracy, math.abs(stream.madds / run.madds - 1) < 1e-9)
      print(stream.exits[1] == run.exits[1], stream(), stream.late, stream.capacity)
      print(run.latency.median > 0, run.latency.p95 <= run.latency.max, run.late, run.pixel_bytes)
      """)
    let lines = output.split(separator: "\n").map(String.init)
    #expect(lines[0] == "12\t12\ttrue\ttrue")
    #expect(lines[1] == "true\tnil\t0\t\(batch * 16)")
    #expect(lines[2] == "true\ttrue\t0\t\(batch * 16 * 128 * 128)")
  }

  /// Whoever does not ask gets nothing computed, and a stream may be left in the middle.
  @Test func streamsTakeNoMoreThanTheyNeed() throws {
    let output = try shown(
      """
      local asked = 0
      local function camera() asked = asked + 1 return data[asked % #data + 1] end
      local stream = model:stream(camera, {exit = 0.11, batch = 1})
      print(asked)
      for r in stream do if r.image == 5 then break end end
      print(asked, stream.images)
      print(stream().image, asked)
      local passes = 0
      for r in model:stream(data, {batch = 4, passes = 3}) do passes = passes + 1 end
      print(passes)
      """)
    #expect(output == "1\n5\t5\n6\t6\n36\n")
  }
}
