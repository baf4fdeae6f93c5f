/// Formulas in the notation of TeX as MathML, which browsers draw by themselves.
///
/// What papers of the field write in running text is known: scripts, fractions, roots, Greek, the usual operators. A
/// formula with anything else stays as it was typed.
struct MathML {
  private let scalars: [Unicode.Scalar]
  private var at = 0
  private var depth = 0

  /// The element for a formula without its dollar signs; nil when it has something that is not known.
  static func element(_ tex: String, isDisplay: Bool) -> String? {
    guard tex.unicodeScalars.count <= 2000 else { return nil }
    var parser = MathML(tex)
    guard let body = parser.row(until: nil), parser.at == parser.scalars.count, !body.isEmpty else {
      return nil
    }
    return "<math\(isDisplay ? " display=\"block\"" : "")><mrow>\(body)</mrow></math>"
  }

  private init(_ tex: String) { scalars = Array(tex.unicodeScalars) }

  private var next: Unicode.Scalar? { at < scalars.count ? scalars[at] : nil }

  private mutating func skipBlanks() { while next == " " || next == "\n" || next == "\t" { at += 1 } }

  /// Reads atoms with their scripts, up to `end` (which is taken) or the end of the text.
  private mutating func row(until end: Unicode.Scalar?) -> String? {
    depth += 1
    defer { depth -= 1 }
    guard depth < 24 else { return nil }
    var result = ""
    while true {
      skipBlanks()
      guard let scalar = next else { return end == nil ? result : nil }
      if scalar == end {
        at += 1
        return result
      }
      guard let atom = scripted() else { return nil }
      result += atom
    }
  }

  private mutating func scripted() -> String? {
    guard var base = atom() else { return nil }
    // What applies a function to its argument follows the scripts of the function.
    let applies = base.hasSuffix(Self.application)
    if applies { base.removeLast(Self.application.count) }
    var lower: String?
    var upper: String?
    while true {
      skipBlanks()
      if next == "_", lower == nil {
        at += 1
        guard let script = atom() else { return nil }
        lower = script
      } else if next == "^", upper == nil {
        at += 1
        guard let script = atom() else { return nil }
        upper = script
      } else {
        break
      }
    }
    // Limits stand below and above in displayed formulas, and beside where the line is not to become higher.
    let hasLimits = Self.limited.contains { base == "<mo>\($0)</mo>" || base == Self.limit($0) }
    let name = hasLimits ? ("munder", "mover", "munderover") : ("msub", "msup", "msubsup")
    let scripted =
      switch (lower, upper) {
      case (nil, nil): base
      case (let lower?, nil): "<\(name.0)>\(base)\(lower)</\(name.0)>"
      case (nil, let upper?): "<\(name.1)>\(base)\(upper)</\(name.1)>"
      case (let lower?, let upper?): "<\(name.2)>\(base)\(lower)\(upper)</\(name.2)>"
      }
    return scripted + (applies ? Self.application : "")
  }

  private static let application = "<mo>\u{2061}</mo>"
  /// Signs and functions that have limits.
  private static let limited: Set = ["∑", "∏", "max", "min", "argmax", "argmin", "sup", "inf", "lim"]

  /// A function with limits, which is an operator so that they may move.
  private static func limit(_ name: String) -> String {
    "<mo movablelimits=\"true\" lspace=\"0\" rspace=\"0.17em\">\(name)</mo>"
  }

  /// Reads one element: a letter, a number, a group, a command with its arguments.
  private mutating func atom() -> String? {
    skipBlanks()
    guard let scalar = next else { return nil }
    at += 1
    switch scalar {
    case "{": return row(until: "}").map { "<mrow>\($0)</mrow>" }
    case "\\": return command()
    case "0"..."9":
      var number = String(scalar)
      while let digit = next, ("0"..."9").contains(digit) || digit == "." && isDigit(at + 1) {
        number.unicodeScalars.append(digit)
        at += 1
      }
      return "<mn>\(number)</mn>"
    case "'": return "<mo>′</mo>"
    case "-": return "<mo>−</mo>"
    case "+", "=", "<", ">", "(", ")", "[", "]", "|", "/", "!", ",", ";", ":", ".", "*":
      return "<mo>\(HTMLText.escape(String(scalar)))</mo>"
    default:
      guard scalar.properties.isAlphabetic || scalar.properties.isMath else { return nil }
      return
        "<\(scalar.properties.isAlphabetic ? "mi" : "mo")>\(HTMLText.escape(String(scalar)))</\(scalar.properties.isAlphabetic ? "mi" : "mo")>"
    }
  }

  private func isDigit(_ place: Int) -> Bool {
    place < scalars.count && ("0"..."9").contains(scalars[place])
  }

  private mutating func command() -> String? {
    var name = ""
    while let letter = next, ("a"..."z").contains(letter) || ("A"..."Z").contains(letter) {
      name.unicodeScalars.append(letter)
      at += 1
    }
    if name.isEmpty, let sign = next {
      at += 1
      name = String(sign)
    }
    if let symbol = Self.letters[name] { return "<mi>\(symbol)</mi>" }
    if let symbol = Self.operators[name] { return "<mo>\(HTMLText.escape(symbol))</mo>" }
    if let width = Self.spaces[name] { return "<mspace width=\"\(width)em\"></mspace>" }
    if Self.functions.contains(name) {
      return Self.limited.contains(name) ? Self.limit(name) : "<mi>\(name)</mi>" + Self.application
    }
    if let accent = Self.accents[name] { return atom().map { "<mover>\($0)<mo>\(accent)</mo></mover>" } }
    switch name {
    case "frac", "tfrac", "dfrac":
      guard let above = atom(), let below = atom() else { return nil }
      return "<mfrac>\(above)\(below)</mfrac>"
    case "sqrt": return atom().map { "<msqrt>\($0)</msqrt>" }
    case "left", "right": return atom()
    case "text", "mathrm", "operatorname", "mathbf", "mathcal", "mathbb", "mathit": return words(name)
    default: return nil
    }
  }

  /// Reads the letters of a group in a face of their own.
  private mutating func words(_ face: String) -> String? {
    skipBlanks()
    guard next == "{" else { return nil }
    at += 1
    var text = ""
    while let scalar = next, scalar != "}" {
      guard scalar != "{", scalar != "\\", scalar != "$" else { return nil }
      text.unicodeScalars.append(scalar)
      at += 1
    }
    guard next == "}" else { return nil }
    at += 1
    if face == "mathbb", let symbol = ["R": "ℝ", "E": "𝔼", "N": "ℕ", "Z": "ℤ", "P": "ℙ"][text] {
      return "<mi>\(symbol)</mi>"
    }
    let variant = face == "mathbf" ? " style=\"font-weight:bold\"" : ""
    return face == "text"
      ? "<mtext>\(HTMLText.escape(text))</mtext>"
      : "<mi mathvariant=\"normal\"\(variant)>\(HTMLText.escape(text))</mi>"
  }

  private static let letters: [String: String] = [
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω", "infty": "∞", "partial": "∂", "nabla": "∇", "ell": "ℓ", "emptyset": "∅",
  ]
  private static let operators: [String: String] = [
    "times": "×", "cdot": "⋅", "pm": "±", "mp": "∓", "div": "÷", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥",
    "ne": "≠",
    "neq": "≠", "approx": "≈", "sim": "∼", "propto": "∝", "equiv": "≡", "to": "→", "rightarrow": "→",
    "leftarrow": "←",
    "mapsto": "↦", "in": "∈", "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩", "forall": "∀",
    "exists": "∃", "mid": "∣",
    "sum": "∑", "prod": "∏", "int": "∫", "ll": "≪", "gg": "≫", "circ": "∘", "ast": "∗", "ldots": "…",
    "dots": "…",
    "cdots": "⋯", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩",
    "|": "‖", "{": "{",
    "}": "}", "%": "%", "_": "_", "&": "&", "#": "#", "$": "$",
  ]
  private static let spaces: [String: String] = [
    ",": "0.17", ":": "0.22", ";": "0.28", " ": "0.25", "!": "-0.17", "quad": "1", "qquad": "2",
  ]
  private static let functions: Set<String> = [
    "log", "exp", "max", "min", "arg", "argmax", "argmin", "sin", "cos", "tanh", "ln", "det", "sup", "inf",
    "Pr",
  ]
  private static let accents: [String: String] = [
    "hat": "^", "bar": "¯", "tilde": "~", "vec": "→", "dot": "˙",
  ]
}
