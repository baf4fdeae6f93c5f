import Foundation
import Support
import TestSupport

/// Pickles that want to run something, that lie about lengths, that contain themselves or never end.
enum HostileProgram {
  private static let attacks = [
    ("os", "system"), ("posix", "system"), ("nt", "system"), ("builtins", "eval"), ("builtins", "exec"),
    ("__builtin__", "getattr"), ("subprocess", "Popen"), ("runpy", "run_path"), ("torch", "load"),
    ("torch.serialization", "load"), ("webbrowser", "open"), ("collections", "OrderedDict.__init__"),
    ("torch._utils", "os.system"), ("importlib", "import_module"),
  ]
  /// What may be called, with anything.
  private static let allowed = [
    ("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch", "FloatStorage"), ("torch", "HalfStorage"), ("torch", "Size"), ("_codecs", "encode"),
    ("numpy.core.multiarray", "scalar"), ("numpy.core.multiarray", "_reconstruct"), ("numpy", "dtype"),
    ("numpy", "ndarray"), ("builtins", "set"),
  ]
  private static let sizes = [0, 1, 2, 3, 4, -1, 1 << 31, 1 << 32, 1 << 40, 1 << 62, Int.max, Int.min, 5, 64]

  static func file(_ draw: CounterRandom) -> Data {
    var pickle = Pickle()
    // As the value of a checkpoint's key half of the time.
    let isNested = draw.integer(0, below: 2) == 0
    if isNested { pickle = pickle.op("}(").string("model_prime_state_dict") }
    for piece in 0...draw.integer(1, below: 6) { pickle = add(to: pickle, draw.child(piece)) }
    if isNested { pickle = pickle.op("u") }
    let count = sizes[draw.integer(2, below: sizes.count)]
    let claimed = draw.integer(3, below: 2) == 0 ? 4 : count
    let storages = [(key: "0", count: claimed, bytes: [UInt8](repeating: 1, count: 16))]
    return draw.integer(4, below: 2) == 0 ? pickle.zip(storages: storages) : pickle.legacy(storages: storages)
  }

  /// Objects that are deep, that hold themselves, that are shared without end, or that are many.
  private static func objects(_ pickle: Pickle, _ draw: CounterRandom) -> Pickle {
    let count = draw.integer(1, below: 60_000)
    let made = Array("cm\nC\n".utf8)
    var result = pickle
    func repeated(_ bytes: [UInt8], _ times: Int) { for _ in 0..<times { result.bytes += bytes } }
    switch draw.integer(2, below: 5) {
    case 0:
      result = result.op("N")
      repeated([0x85, UInt8(ascii: "q"), 1, UInt8(ascii: "0")] + made + Array("h\u{1}R".utf8), count)
    case 1: result = result.with(made).op(")Rq\u{2}}").string("me").op("h\u{2}sb")
    case 2:
      result = result.op("Nq\0")
      repeated(Array("0".utf8) + made + Array("h\0h\0".utf8) + [0x86] + Array("Rq\0".utf8), count % 200)
    case 3:
      result = result.op("](").with(made).op("q\0)R")
      repeated(Array("h\0)R".utf8), count)
      result = result.op("e")
    default:
      result = result.with(made).op(")R")
      repeated(Array(")R".utf8), count)
    }
    return result
  }

  private static func add(to pickle: Pickle, _ draw: CounterRandom) -> Pickle {
    func size(_ index: Int) -> Int { sizes[draw.integer(index, below: sizes.count)] }
    switch draw.integer(0, below: 16) {
    case 0:
      let (module, name) = attacks[draw.integer(1, below: attacks.count)]
      return pickle.global(module, name).op("(").string("touch owned").op("tR")
    case 1:
      let (module, name) = attacks[draw.integer(1, below: attacks.count)]
      return pickle.string(module).string(name).with([0x93]).string("touch owned").with([0x85]).op("R")
    case 2:
      let opcode = ([0x8D, 0x8E, 0x96, 0x95, 0x8B] + Array("XTBU".utf8))[draw.integer(1, below: 9)]
      return pickle.with([opcode]).with(Mutation.length(draw))
    case 3:
      return pickle.op(
        ["]q\0h\0a", "}q\0Nh\0s", "]q\0]q\u{1}h\0aa", "(]q\0h\0lh\0a"][draw.integer(1, below: 4)])
    case 4:
      let depth = draw.integer(1, below: 100_000)
      let open = Array(["]", "}", "(", ")"][draw.integer(2, below: 4)].utf8)
      let close = Array(["a", "t", "\u{85}", "0"][draw.integer(3, below: 4)].utf8)
      return pickle.with([UInt8](repeating: open[0], count: depth))
        .with([UInt8](repeating: close[0], count: max(depth - 1, 0)))
    case 5:
      var bomb = pickle.op("]q\0")
      for _ in 0..<draw.integer(1, below: 60) { bomb = bomb.op("h\0h\0").with([0x86]).op("q\0") }
      return bomb
    case 6:
      let rank = draw.integer(1, below: 5)
      return pickle.tensor(
        count: size(2), offset: size(3), shape: (0..<rank).map { size(4 + $0) },
        strides: (0..<rank).map { size(10 + $0) })
    case 7:
      let (module, name) = allowed[draw.integer(1, below: allowed.count)]
      let arguments = ["(t", "(Nt", "(]K\u{1}at", "(K\u{1}K\u{2}t", "(}t", "(X\u{1}\0\0\0xt"]
      let call = ["R", "Rb", "RNb", "R}b", "\u{81}", "R(Nte"]
      return pickle.global(module, name).op(arguments[draw.integer(2, below: 6)])
        .op(call[draw.integer(3, below: 6)])
    case 8: return pickle.op(draw.integer(1, below: 2) == 0 ? "r" : "j").with(Mutation.length(draw))
    case 9: return pickle.storage("0", count: size(1), type: "LongStorage")
    case 10:
      return pickle.string(String(repeating: "x", count: draw.integer(1, below: 5_000))).op("q\u{3}h\u{3}")
    case 12: return objects(pickle, draw)
    case 13:
      // Calls of what is not known, with states, items and elements.
      let ends = [
        "R", "\u{1}", "R}b", "RN}\u{86}b", "RK\u{1}a", "RK\u{1}K\u{2}s", "R(K\u{1}K\u{2}e", "R)R)R", "RQ",
      ]
      let end = ends[draw.integer(1, below: ends.count)]
      return pickle.global("argparse", "Namespace").op(
        ["(t", "(K\u{1}t", ")", "N", "(}]t"][draw.integer(2, below: 5)]
      )
      .with(end == "\u{1}" ? [0x81] : Array(end.utf8))
    case 14:
      return pickle.global("copyreg", "_reconstructor").op("(").global("mine", "Class").op("NNtR}b")
    case 11: return pickle.op("}(").string("a").int(size(1)).string("a").int(size(2)).op("u")
    default:
      let operations = Array("()]}N0121aebtseuldhjgqrpRQoic\u{7F}".utf8)
      return pickle.with(
        (0..<draw.integer(1, below: 40)).map { operations[draw.integer(2 + $0, below: operations.count)] })
    }
  }
}
