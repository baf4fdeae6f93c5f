import Foundation
import Glibc
import Reports
import Support

/// `index.html` in the folder of all runs: each with its picture, results and a link to its report, the newest first.
///
/// It is written as a whole from what the folders say, so it is right whichever run has ended. Nothing that a run says becomes markup;
/// pictures are the runs' own files, and only the page's own script may run, by its hash.
public enum RunsPage {
  /// Its name in the folder of all runs.
  public static let fileName = "index.html"
  /// What tells the page from the report of a run, and from files of others.
  private static let mark = "<meta name=\"generator\" content=\"gfnet-lab runs\">"

  /// Writes the page of the runs below a folder.
  ///
  /// - Throws: ``RunsError`` where a file of someone else has its name; `FileError`; `Interrupted`.
  public static func write(_ root: FilePath, place: FilePath? = RunIndex.standardPlace) throws {
    let lock = Lock(root)
    defer { lock.release() }
    // The folders are read under the lock: the page that is written last has seen all that ended before.
    try write(RunIndex(root, place: place))
  }

  private static func write(_ index: RunIndex) throws {
    let file = index.root / fileName
    guard isFree(file) else {
      throw RunsError("\(file) is there, and is not a page of runs; it is left as it is")
    }
    let entries = try index.entries()
    try AtomicFile.write(to: file, durable: false, followsLinks: false) { output in
      try output.append(Data(opening(entries.count).utf8))
      for entry in entries { try output.append(Data(item(entry, index.root).utf8)) }
      try output.append(Data(closing.utf8))
    }
  }

  /// Brings the page of a folder up to date after a run in it has ended, where the run lies there and the place of the page is
  /// free.
  ///
  /// - Throws: `FileError`; `Interrupted`.
  public static func update(_ root: FilePath, after run: FilePath) throws {
    guard let folder = run.resolved, let real = root.resolved, folder != real, folder.starts(with: real),
      isFree(root / fileName)
    else { return }
    // The run may have been interrupted; that is done with.
    let isStopped = Cancellation.isRequested
    if isStopped { Cancellation.withdraw() }
    defer { if isStopped { Cancellation.request() } }
    try write(root)
  }

  /// Whether nothing, or a page of runs, has the name.
  private static func isFree(_ file: FilePath) -> Bool {
    guard let status = FileStatus(file, followsLinks: false) else { return true }
    guard status.kind == .regular, let input = try? InputFile(file) else { return false }
    var head = [UInt8](repeating: 0, count: 4096)
    let count = read(input.descriptor, &head, head.count)
    return String(decoding: head.prefix(max(count, 0)), as: UTF8.self).contains(mark)
  }

  /// Lets one process of a machine at a time write the page.
  private struct Lock {
    private let descriptor: Int32

    init(_ folder: FilePath) {
      descriptor = folder.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
      // Some file systems lock no folders, and a process that hangs must not hold up others for ever.
      for _ in 0..<600 where flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        guard errno == EWOULDBLOCK else { return }
        usleep(50_000)
      }
    }

    func release() { if descriptor >= 0 { close(descriptor) } }
  }

  // MARK: HTML

  private static func opening(_ count: Int) -> String {
    let policy =
      "script-src \(RunsPageScript.script.source); default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:; "
      + "form-action 'none'; base-uri 'none'"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      \(mark)
      <title>Runs</title>
      <style>
      \(HTMLReport.style)\(RunsPageScript.style)</style>
      </head>
      <body>
      <a class="skip" href="#top">Skip to the runs</a>
      <div class="page">
      <main id="top">
      <header>
      <h1>Runs</h1>
      <p class="byline" id="count" aria-live="polite">\(count) \(count == 1 ? "run" : "runs"), the newest first</p>
      <p class="search" hidden><label for="search">Search</label> <input type="search" id="search" autocomplete="off"
      placeholder="script, parameter, result, tag, status"></p>
      </header>
      <ol class="runs">

      """
  }

  private static func item(_ entry: RunIndex.Entry, _ root: FilePath) -> String {
    let place = link(entry.path)
    let folder = root.pushing(entry.path)
    let report = ReportFormat.primary.fileName
    let hasReport =
      !entry.path.isEmpty && FileStatus(folder / report, followsLinks: false)?.kind == .regular
    let name = HTMLText.escape(entry.name)
    let heading = hasReport ? "<a href=\"\(place)/\(report)\">\(name)</a>" : name
    var picture = "<span class=\"thumbnail\"></span>"
    if !entry.thumbnail.isEmpty, FileStatus(folder / entry.thumbnail, followsLinks: false)?.kind == .regular {
      let image =
        "<img alt=\"\" loading=\"lazy\" decoding=\"async\" src=\"\(place)/\(HTMLText.escape(entry.thumbnail))\">"
      // The heading leads to the report; a second stop for the keyboard would be one too many.
      picture = "<span class=\"thumbnail\">\(image)</span>"
    }
    var lines: [String] = []
    func add(_ name: String, _ text: String) {
      if !text.isEmpty { lines.append("<div><dt>\(name)</dt><dd>\(HTMLText.escape(text))</dd></div>") }
    }
    if entry.title != entry.name { add("Title", entry.title) }
    add("Results", entry.results)
    add("Set", entry.settings)
    add("Tags", entry.tags)
    let script = entry.scriptStem.isEmpty ? "" : " · <code>\(HTMLText.escape(entry.scriptStem))</code>"
    let time = entry.seconds.map { " · " + HTMLText.escape(DurationText.text($0)) } ?? ""
    let status = HTMLText.escape(entry.status)
    return """
      <li>\(picture)<div><h2>\(heading)</h2>
      <p class="byline"><span class="status \(status)">\(status)</span> · \(HTMLText.escape(entry.startedText)) UTC\(time)\(script)</p>
      <dl>\(lines.joined(separator: "\n"))</dl></div></li>

      """
  }

  /// The path as a link: whatever bytes a name has, it names what is below the page.
  private static func link(_ path: FilePath) -> String {
    var text = "."
    for component in path.components {
      text += "/"
      for byte in component.bytes {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          text += String(Unicode.Scalar(byte))
        default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
      }
    }
    return text
  }

  private static let closing = """
    </ol>
    <footer>
    <p>Written after each run, and by <code>gfnet-lab runs list --page</code>. <code>gfnet-lab runs</code> sorts, compares, tags and
    removes runs.</p>
    </footer>
    </main>
    </div>
    \(RunsPageScript.script.element)</body>
    </html>

    """
}
