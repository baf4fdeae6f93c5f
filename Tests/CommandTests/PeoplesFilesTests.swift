import Foundation
import TestSupport
import Testing

/// `gfnet-lab models show` on files as people have them.
@Suite struct PeoplesFilesTests {
  private static let cases = Fixtures.path("cases/checkpoints").string

  @Test func whatIsReadableIsShown() throws {
    let program = try Program()
    for (name, lines) in [
      (
        "args-namespace.pth",
        ["epoch: 3", "args: argparse.Namespace", "kept as data, not run: argparse.Namespace"]
      ),
      ("no-crc32.pth", ["PyTorch zip without checksums (CRC-32 not computed)"]),
      ("with-bytearray.pth", ["log: 5 bytes"]),
      ("with-complex.pth", ["c (torch.complex64)", "torch.complex64, not supported"]),
      ("with-float8.pth", ["f8 (torch.float8_e4m3fn)"]), ("with-quantized.pth", ["q (quantized)"]),
      ("safetensors-named.pth", ["safetensors, 96 bytes"]),
    ] {
      let result = try program.run("models", "show", Self.cases + "/" + name, "--arrays")
      #expect(result.status == 0 && result.errors == "", "\(name): \(result.errors)")
      for line in lines {
        #expect(result.output.contains(line), "\(name): \(line): \(result.output)")
      }
      #expect(result.output.contains(/\nw +2×3 +F32/), "\(name)")
    }
  }

  @Test func whatIsNotIsOneLine() throws {
    let program = try Program()
    for (name, what) in [
      ("lfs-pointer.pth", "git lfs pull"), ("lfs-pointer.safetensors", "git lfs pull"),
      ("not-found-page.safetensors", "an HTML page"), ("gzipped.pth", "gunzip"),
    ] {
      let result = try program.run("models", "show", Self.cases + "/" + name)
      #expect(result.status == 1 && result.output == "")
      #expect(
        result.errors.contains(what) && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
    }
  }
}
