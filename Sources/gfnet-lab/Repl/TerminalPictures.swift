import Figures
import Foundation
import Reports
import Support
import Vision

/// Shows pictures in terminals that can: by kitty's protocol, or as sixels.
enum TerminalPictures {
  /// How the terminal takes pictures.
  enum Way: String { case none, kitty, sixel }

  /// The environment variable that says how, where the program would find out wrongly.
  static let variable = "GFNET_LAB_GRAPHICS"
  /// Milliseconds that a terminal may take to say what it is.
  private static let patience: Int32 = 500

  /// What the terminal is known by, or says of itself; `typed` gets what was typed meanwhile.
  static func way(typed: ([UInt8]) -> Void) -> Way {
    guard Terminal.isInteractive, isatty(STDIN_FILENO) == 1 else { return .none }
    let environment = ProcessInfo.processInfo.environment
    if let set = environment[variable], !set.isEmpty { return Way(rawValue: set) ?? .none }
    let kind = environment["TERM"] ?? ""
    if kind == "dumb" || kind == "linux" { return .none }
    // A multiplexer stands between, whatever terminal it was started in.
    if environment["TMUX"] == nil, !kind.hasPrefix("screen"), !kind.hasPrefix("tmux") {
      let program = environment["TERM_PROGRAM"] ?? ""
      if kind.contains("kitty") || environment["KITTY_WINDOW_ID"] != nil { return .kitty }
      if ["ghostty", "WezTerm", "kitty"].contains(program) { return .kitty }
      if ["foot", "mlterm", "contour"].contains(where: kind.hasPrefix) { return .sixel }
      if ["iTerm.app", "mintty"].contains(program) { return .sixel }
    }
    let answer = ask("\u{1B}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1B}\\\u{1B}[c")
    typed(answer.rest)
    if answer.text.contains("_Gi=31;OK") { return .kitty }
    return answer.attributes.contains("4") ? .sixel : .none
  }

  private struct Answer {
    /// What the terminal said.
    var text = ""
    /// The numbers of its attributes, of which 4 is sixels.
    var attributes: Set<Substring> = []
    /// What is no answer: keys that were pressed meanwhile.
    var rest: [UInt8] = []
  }

  /// Sends a question and reads up to the answer about attributes, which every terminal gives last.
  private static func ask(_ question: String) -> Answer {
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { return Answer() }
    var raw = before
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    defer { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
    Terminal.write(question)
    var bytes: [UInt8] = []
    var answer = Answer()
    let start = MonotonicClock.milliseconds
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let match = text.firstMatch(of: #/\u{1B}\[\?([0-9;]*)c/#) {
        answer.text = text
        answer.attributes = Set(match.1.split(separator: ";"))
        break
      }
      let left = Double(patience) - (MonotonicClock.milliseconds - start)
      var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard left > 0, bytes.count < 1 << 16, poll(&waiting, 1, Int32(left)) > 0 else { break }
      var piece = [UInt8](repeating: 0, count: 1024)
      let count = Glibc.read(STDIN_FILENO, &piece, piece.count)
      guard count > 0 else { break }
      bytes += piece[..<count]
    }
    let text = String(decoding: bytes, as: UTF8.self)
    answer.rest = Array(
      text.replacing(#/\u{1B}_G[^\u{1B}]*\u{1B}\\/#, with: "")
        .replacing(#/\u{1B}\[\?[0-9;]*c/#, with: "").utf8)
    return answer
  }

  /// What draws the picture when it is written to the terminal; nil where it has none in a format for that.
  static func text(of picture: Notebook.Picture, _ way: Way) -> String? {
    guard way != .none, let png = picture.files.first(where: { $0.mediaType == "image/png" }) else {
      return nil
    }
    let area = TerminalArea.current
    // Points are 1/72 inch, and screens are taken for such of 96 pixels.
    let width = min(max(Int(clamping: picture.width / 72 * 96), 1), area.pixels)
    switch way {
    case .none: return nil
    case .kitty: return kitty(png.content, columns: max(width * area.columns / max(area.pixels, 1), 1))
    case .sixel: return sixels(png.content, width: width)
    }
  }

  /// The file itself, in pieces; the terminal decodes it.
  private static func kitty(_ png: Data, columns: Int) -> String {
    let encoded = Array(png.base64EncodedString().utf8)
    var text = ""
    var at = 0
    while at < encoded.count {
      let end = min(at + 4096, encoded.count)
      let control = at == 0 ? "a=T,f=100,q=2,c=\(columns),m=" : "m="
      text += "\u{1B}_G\(control)\(end < encoded.count ? 1 : 0);"
      text += String(decoding: encoded[at..<end], as: UTF8.self) + "\u{1B}\\"
      at = end
    }
    return text + "\n"
  }

  private static func sixels(_ png: Data, width: Int) -> String? {
    guard let image = try? ImageDecoder.decode(Array(png), name: "figure") else { return nil }
    let width = min(width, image.width)
    let height = max(image.height * width / max(image.width, 1), 1)
    guard let small = try? image.resized(width: width, height: height, .bilinear) else { return nil }
    return SixelText.encoded(pixels: small.pixels, width: small.width, height: small.height) + "\n"
  }
}

/// The room of the terminal.
struct TerminalArea {
  var columns: Int
  /// Its width in pixels, or a guess.
  var pixels: Int

  static var current: TerminalArea {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return TerminalArea(columns: 80, pixels: 640)
    }
    let columns = Int(size.ws_col)
    return TerminalArea(columns: columns, pixels: size.ws_xpixel > 0 ? Int(size.ws_xpixel) : columns * 8)
  }
}
