import Checkpoints
import Support
import Foundation
import TestSupport
import Testing

/// The reference implementation (PyPI `safetensors`) reads what this one writes, and the other way round.
@Suite(
  .enabled(
    if: Python.has("safetensors.numpy", "numpy"),
    "'\(Python.name)' has no PyPI packages safetensors and numpy; name one that has in GFNET_LAB_PYTHON"))
struct SafetensorsPythonTests {
  @Test func pythonReadsOurs() throws {
    try withTemporaryFolder { folder in
      let path = folder / "ours.safetensors"
      // numpy has no bfloat16.
      let tensors = everyType().filter { $0.type != .bf16 }
      try Safetensors.write(tensors, metadata: ["note": "a \"b\" é \n"], to: path)
      let outcome = try Python.run(
        """
        import sys, safetensors, safetensors.numpy as st
        t = st.load_file(sys.argv[1])
        for k in sorted(t): print(k, t[k].dtype, list(t[k].shape), t[k].astype('float64').reshape(-1).tolist())
        print(repr(safetensors.safe_open(sys.argv[1], 'np').metadata()['note']))
        """, path.string)
      try #require(outcome.status == 0, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n").map(String.init)
      #expect(lines.count == tensors.count + 1)
      #expect(lines.contains("bool bool [2] [0.0, 1.0]"))
      #expect(lines.contains("f16 float16 [3] [0.5, -2.0, inf]"))
      #expect(lines.contains("f64 float64 [2] [3.141592653589793, -1e+300]"))
      #expect(lines.contains("i32 int32 [1, 2] [-2147483648.0, 2147483647.0]"))
      #expect(lines.contains("pieces float32 [2, 2] [1.0, 2.0, 3.0, 4.0]"))
      #expect(lines.contains("empty float32 [0, 4] []"))
      #expect(lines.contains("scalar float32 [] [42.0]"))
      #expect(lines.last == #"'a "b" é \n'"#)
    }
  }

  @Test func weReadPythons() throws {
    try withTemporaryFolder { folder in
      let path = folder / "theirs.safetensors"
      let outcome = try Python.run(
        """
        import sys, numpy as np, safetensors.numpy as st
        a = np.arange(6, dtype='float32').reshape(2, 3) / 4
        st.save_file({'a': a, 'h': a.astype('float16'), 'd': a.astype('float64'), 'i': np.array([-5, 5]),
          'b': np.array([True, False]), 'u': np.array([255], dtype='uint8'), 's': np.array(1.5),
          'z': np.zeros((0, 2), 'int16')}, sys.argv[1], metadata={'who': 'p\\u00fcthon'})
        """, path.string)
      try #require(outcome.status == 0, "\(outcome.errors)")
      let file = try Safetensors(contentsOf: path)
      #expect(!file.isVerified)
      #expect(file.metadata == ["who": "püthon"])
      for name in ["a", "h", "d"] { #expect(try file.floats(name) == [0, 0.25, 0.5, 0.75, 1, 1.25]) }
      #expect(try file.entry("a").shape == [2, 3])
      #expect(try file.ints("i") == [-5, 5])
      #expect(try file.ints("b") == [1, 0])
      #expect(try file.ints("u") == [255])
      #expect(try file.doubles("s") == [1.5])
      #expect(try file.ints("z") == [])
    }
  }

  @Test(.enabled(if: Python.has("xxhash"), "'\(Python.name)' has no PyPI package xxhash"))
  func xxHashMatchesPythons() throws {
    // One digest chains the hashes of all lengths through both branches of the algorithm.
    let outcome = try Python.run(
      """
      import xxhash
      b = bytes((i * 7 + 3) & 255 for i in range(200))
      print(' '.join(xxhash.xxh64(b[:n]).hexdigest() for n in range(201)))
      """)
    let content = (0..<200).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    let ours = (0...200).map { count in
      let digits = String(content[..<count].withUnsafeBytes { XXHash64.digest($0) }, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    #expect(outcome.output == ours.joined(separator: " ") + "\n", "\(outcome.errors)")
  }
}
