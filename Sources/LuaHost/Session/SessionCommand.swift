import Figures
import Reports
import Support

/// A line that is a command of the session and no Lua, such as `%who`. A new one is one more row of ``all``.
struct SessionCommand: Sendable {
  /// What follows `%`.
  let name: String
  /// How it is written.
  let usage: String
  /// What it does, in one sentence.
  let summary: String
  /// Whether everything that follows it in the cell is its argument.
  var takesCode = false
  /// Does it: the argument, and where the cell is.
  let body: @Sendable (InteractiveSession, SessionInput.Typed, _ cellName: String) throws -> Void

  static let all: [SessionCommand] = [
    help, source, time, run, who, save, reset, reload, confirm, formats,
  ]

  static let help = SessionCommand(
    name: "help", usage: "?NAME, NAME?, %help [NAME]",
    summary: "Explains a name: of gfnet, a variable, an option, a page of the manual."
  ) { session, typed, _ in
    session.show(.text(try session.help(on: typed.argument, showsSource: false) + "\n"))
  }

  static let source = SessionCommand(
    name: "source", usage: "??NAME, NAME??, %source NAME",
    summary: "Shows the source of a Lua function, and the full help of all others."
  ) { session, typed, _ in
    session.show(.text(try session.help(on: typed.argument, showsSource: true) + "\n"))
  }

  static let time = SessionCommand(
    name: "time", usage: "%time CODE", summary: "Runs what follows and says how long it took.",
    takesCode: true
  ) { session, typed, name in
    guard !typed.argument.trimmed.isEmpty else { throw LuaError("%time needs Lua to run: %time CODE") }
    let start = MonotonicClock.milliseconds
    defer { session.show(.text("time: \(timeText(MonotonicClock.milliseconds - start))\n")) }
    try session.beginParameters(of: typed.argument)
    try session.runCell(typed.argument, name: name, firstLine: typed.line)
    session.saved.add(typed.argument)
  }

  static let run = SessionCommand(
    name: "run", usage: "%run FILE [name=value …]",
    summary: "Runs the cells of a script in this session; its variables stay."
  ) { session, typed, _ in
    let words = try Self.words(of: typed.argument)
    guard let file = words.first else { throw LuaError("%run needs a script: %run FILE [name=value …]") }
    guard let path = FilePath(bytes: Array(file.utf8)) else { throw LuaError("%run: this is no path") }
    let script = try ScriptFile(contentsOf: session.context.found(path))
    try session.run(script, parameters: words.dropFirst().map(ParameterSession.parseOverride))
  }

  static let who = SessionCommand(
    name: "who", usage: "%who", summary: "Lists the variables of the session."
  ) { session, _, _ in
    let variables = session.variables
    guard !variables.isEmpty else { return session.show(.text("there are no variables yet\n")) }
    session.show(
      .table(
        Notebook.Table(
          name: "variables", columns: ["name", "type", "value"],
          rows: variables.map { [.text($0.name), .text($0.type), .text($0.value)] })))
  }

  static let save = SessionCommand(
    name: "save", usage: "%save FILE",
    summary: "Writes the cells that ran without an error to a script."
  ) { session, typed, _ in
    guard let file = try Self.words(of: typed.argument).first, let given = FilePath(bytes: Array(file.utf8))
    else {
      throw LuaError("%save needs the name of a script: %save FILE")
    }
    let path = try session.saved.write(to: given)
    session.show(.text("\(session.saved.count) cells → \(path)\n"))
  }

  static let reset = SessionCommand(
    name: "reset", usage: "%reset", summary: "Forgets all variables, functions and modules."
  ) { session, _, _ in try session.reset() }

  static let reload = SessionCommand(
    name: "reload", usage: "%reload [MODULE]",
    summary: "Has require read a module again, or all, as after a change of its file."
  ) { session, typed, _ in
    let name = typed.argument
    guard session.forgetModules(name.isEmpty ? nil : name) else {
      throw LuaError("%reload: no module '\(name.printable(upTo: 60))' was loaded")
    }
  }

  static let confirm = SessionCommand(
    name: "confirm", usage: "%confirm [SECONDS]",
    summary: "Sets from how many seconds on a cell is long: before it is run again you are asked."
  ) { session, typed, _ in
    if !typed.argument.isEmpty {
      guard let seconds = Double(typed.argument), seconds >= 0 else {
        throw LuaError(
          "%confirm expects seconds, such as 60 (inf: never ask); got '\(typed.argument.printable(upTo: 40))'"
        )
      }
      session.confirmSeconds = seconds
    }
    let text = LuaNumberText.shortest(session.confirmSeconds)
    session.show(.text("a cell that took more than \(text) s is run again only when you confirm it\n"))
  }

  static let formats = SessionCommand(
    name: "formats", usage: "%formats [png,svg,…]",
    summary: "Sets in which formats figures are kept and shown from now on, the first before the others."
  ) { session, typed, _ in
    if !typed.argument.isEmpty {
      do {
        let formats = try PictureFormat.list(typed.argument)
        for format in formats { try format.prepare { session.context.note($0) } }
        session.context.options.pictureFormats = formats
      } catch let error as FigureError {
        throw LuaError("%formats: \(error)")
      }
    }
    let names = session.context.options.pictureFormats.map(\.ending).joined(separator: ",")
    session.show(.text("figures: \(names)\n"))
  }

  /// The page of `%help` alone.
  static var overview: String {
    let width = all.map(\.usage.count).max() ?? 0
    let rows = all.map { command in
      "  " + command.usage + String(repeating: " ", count: width + 2 - command.usage.count) + command.summary
    }
    return """
      Cells are Lua, given one after the other. Locals of a cell are there in the cells after it, also those that a cell
      had declared before it failed or was interrupted. The value of the last expression is shown, unless ; follows it.

      Commands, each a line of its own above the Lua of a cell:
      \(rows.joined(separator: "\n"))

      Where to begin:
        ?gfnet                   the modules, classes and pages of the manual
        gfnet.tensor{1, 2, 3}    numbers; ?tensor lists what a tensor can do
        gfnet.load("clutter-fashion")
                                 the model that comes with the project
        ?scripts                 Lua for those who know another language: cells, parameters, what is shown
      """
  }

  private static func timeText(_ milliseconds: Double) -> String {
    switch milliseconds {
    case ..<1: "\(Int(milliseconds * 1000)) µs"
    case ..<1000: "\(LuaNumberText.shortest((milliseconds * 100).rounded() / 100)) ms"
    default: "\(LuaNumberText.shortest((milliseconds / 10).rounded() / 100)) s"
    }
  }

  /// Words that blanks separate; those in quotes may hold some.
  private static func words(of text: String) throws -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let finished = word { words.append(finished) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else { throw LuaError("a quote is not closed") }
    return words + (word.map { [$0] } ?? [])
  }
}
