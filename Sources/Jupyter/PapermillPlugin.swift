import Foundation
import Support

/// What lets Papermill set parameters in Lua: a Python module that it loads by itself, laid where `pip
/// install` would.
///
/// Papermill writes a cell of assignments behind the one tagged `parameters`, in the kernel's language, and
/// knows no Lua. It loads whatever is registered as one of its engines, and by that the module adds the
/// language.
public struct PapermillPlugin {
  /// The folder of Python packages that Papermill is in, or that it looks into.
  public let folder: FilePath
  private static let package = "gfnet_lab_papermill"
  private static var information: String { "\(package)-1.0.dist-info" }

  /// Finds the Papermill that the shell would start; nil where there is none, or its Python cannot be asked.
  public init?() {
    guard let papermill = Self.program("papermill"), let python = Self.interpreter(of: papermill) else {
      return nil
    }
    let question = """
      import os, site, sysconfig
      place = sysconfig.get_path("purelib")
      if not os.access(place, os.W_OK): place = site.getusersitepackages() if site.ENABLE_USER_SITE else ""
      print(place)
      """
    guard let process = try? ChildProcess(python.shown, ["-c", "\(question)"], dropsRemarks: true) else {
      return nil
    }
    let answer = String(decoding: process.readOutput(), as: UTF8.self)
    guard process.wait() == 0, let line = answer.split(whereSeparator: \.isNewline).first, line.hasPrefix("/")
    else {
      return nil
    }
    folder = FilePath(String(line))
  }

  private static func program(_ name: String) -> FilePath? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").lazy
      .map { FilePath(String($0)) / name }.first { $0.withPlatformString { access($0, X_OK) } == 0 }
  }

  /// The Python in the first line of a program; one of `#!/bin/sh` is a wrapper beside its Python.
  private static func interpreter(of program: FilePath) -> FilePath? {
    guard let bytes = try? InputFile.bytes(of: program, limit: 1 << 20), bytes.starts(with: "#!".utf8) else {
      return nil
    }
    let line = String(decoding: bytes.dropFirst(2).prefix { $0 != 10 }, as: UTF8.self)
    let path = FilePath(String(line.split(separator: " ").first ?? ""))
    if path.shownName.hasPrefix("python") { return path }
    // pyenv's wrappers and `env python` leave it to the shell which Python that is.
    return self.program("python3")
  }

  /// Writes the module.
  ///
  /// - Parameter kernels: the kernels' names.
  /// - Throws: `FileError`.
  public func install(kernels: [String]) throws {
    try AtomicFile.createFolder(folder / Self.information)
    let names = kernels.map { "\"\($0)\"" }.joined(separator: ", ")
    try AtomicFile.write(
      Self.source.replacing("KERNEL_NAMES", with: names), to: folder / "\(Self.package).py")
    for (name, text) in Self.files { try AtomicFile.write(text, to: folder / Self.information / name) }
  }

  /// Removes the module; false where there was none.
  public func uninstall() -> Bool {
    var found = false
    for path in [folder / "\(Self.package).py"] + Self.files.map({ folder / Self.information / $0.name }) {
      if path.withPlatformString({ unlink($0) }) == 0 { found = true }
    }
    _ = (folder / Self.information).withPlatformString { rmdir($0) }
    return found
  }

  /// What `pip` keeps of a package, so that `pip uninstall gfnet-lab-papermill` works, too.
  private static var files: [(name: String, text: String)] {
    let names = ["METADATA", "INSTALLER", "entry_points.txt", "RECORD"]
    let record = (["\(package).py"] + names.map { "\(information)/\($0)" }).map { $0 + ",,\n" }.joined()
    return [
      (
        "METADATA",
        """
        Metadata-Version: 2.1
        Name: gfnet-lab-papermill
        Version: 1.0
        Summary: Parameters in Lua for Papermill

        """
      ),
      ("INSTALLER", "gfnet-lab\n"),
      ("entry_points.txt", "[papermill.engine]\ngfnet-lab = \(package):Engine\n"),
      ("RECORD", record),
    ]
  }

  private static let source = #"""
    """Lets Papermill write parameters in Lua, for the kernel of gfnet-lab.

    `gfnet-lab jupyter install` put it here.
    """

    import math
    import re

    from papermill.engines import NBClientEngine as Engine
    from papermill.translators import Translator, papermill_translators

    KEYWORDS = set(
        "and break do else elseif end false for function goto if in local nil not or repeat return then true "
        "until while".split())


    class LuaTranslator(Translator):
        """Assignments that also reach what gfnet.params has declared, or will declare."""

        @classmethod
        def translate_none(cls, val):
            return "nil"

        @classmethod
        def translate_float(cls, val):
            if math.isnan(val):
                return "(0/0)"
            if math.isinf(val):
                return "math.huge" if val > 0 else "-math.huge"
            return repr(val)

        @classmethod
        def translate_escaped_str(cls, str_val):
            text = str(str_val).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda sign: f"\\{ord(sign.group()):03d}", text) + '"'

        @classmethod
        def translate_list(cls, val):
            return "{" + ", ".join(cls.translate(item) for item in val) + "}"

        @classmethod
        def translate_dict(cls, val):
            fields = (f"[{cls.translate(str(name))}] = {cls.translate(item)}" for name, item in val.items())
            return "{" + ", ".join(fields) + "}"

        @classmethod
        def comment(cls, cmt_str):
            return f"-- {cmt_str}".strip()

        @classmethod
        def assign(cls, name, str_val):
            call = f'gfnet.override({cls.translate_escaped_str(name)}, {str_val})'
            is_name = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name not in KEYWORDS
            return f"{name} = {call}" if is_name else call


    for kernel in [KERNEL_NAMES]:
        papermill_translators.register(kernel, LuaTranslator)

    """#
}
