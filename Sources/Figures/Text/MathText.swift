/// What people who write LaTeX type in labels: `$\eta_1 \leq 10^{-3}$`.
///
/// Between two dollar signs, names of signs become the signs, and what `^` raises and `_` lowers needs braces only where it
/// is more than one character; everything else is as outside of them.
enum MathText {
  /// The text with the signs themselves, and `^{…}` and `_{…}`.
  ///
  /// Dollar signs with neither a backslash nor `^` nor `_` between them are amounts of money, and stay.
  static func plain(_ text: String) -> String {
    guard text.utf8.contains(36) else { return text }
    let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
    var result = parts[0]
    var i = 1
    while i < parts.count {
      let isMath = i + 1 < parts.count && parts[i].contains { $0 == "\\" || $0 == "^" || $0 == "_" }
      if isMath {
        result += converted(parts[i]) + parts[i + 1]
        i += 2
      } else {
        result += "$" + parts[i]
        i += 1
      }
    }
    return result
  }

  private static func converted(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let c = rest.first {
      rest = rest.dropFirst()
      switch c {
      case "\\":
        result += sign(&rest)
      case "^", "_":
        result.append(c)
        if rest.first == "{" { continue }
        var atom = rest.prefix(1).description
        rest = rest.dropFirst()
        if atom == "\\" { atom = sign(&rest) }
        result += "{\(atom)}"
      case "-": result += "−"
      default: result.append(c)
      }
    }
    return result
  }

  /// The sign whose name begins there, which it removes; a name that is not known stays as it is.
  private static func sign(_ rest: inout Substring) -> String {
    let name = rest.prefix { $0.isASCII && $0.isLetter }
    if name.isEmpty {
      // A backslash before a sign stands for that sign, before a space for a space.
      defer { rest = rest.dropFirst() }
      return [",", ";", "!"].contains(rest.first) ? "" : rest.prefix(1).description
    }
    rest = rest.dropFirst(name.count)
    // Faces of letters are not told apart here.
    if faces.contains(String(name)), rest.first == "{", let end = rest.firstIndex(of: "}") {
      defer { rest = rest[rest.index(after: end)...] }
      return String(rest[rest.index(after: rest.startIndex)..<end])
    }
    return signs[String(name)] ?? "\\" + name
  }

  private static let faces: Set<String> = [
    "mathrm", "mathit", "mathbf", "mathsf", "text", "textrm", "operatorname",
  ]

  private static let signs: [String: String] = [
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "µ", "nu": "ν", "xi": "ξ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ",
    "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "times": "×", "cdot": "·", "pm": "±", "mp": "∓",
    "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "∼",
    "propto": "∝", "infty": "∞", "to": "→", "rightarrow": "→", "leftarrow": "←", "sum": "∑", "prod": "∏",
    "partial": "∂", "nabla": "∇", "in": "∈", "ell": "ℓ", "degree": "°", "circ": "°", "ldots": "…",
    "dots": "…",
    "log": "log", "exp": "exp", "max": "max", "min": "min", "quad": " ",
  ]
}
