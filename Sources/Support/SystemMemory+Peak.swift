import Foundation

extension SystemMemory {
  /// Bytes of memory that the process has, files that it has mapped included, and the most that it had since
  /// ``forgetPeak()``; nil where the system does not say.
  public static func resident() -> (now: Int, peak: Int)? {
    guard
      let bytes = try? FileAccess.ofProgram({ try InputFile.bytes(of: "/proc/self/status", limit: 1 << 20) })
    else { return nil }
    var (now, peak): (Int?, Int?) = (nil, nil)
    for line in TextLines(bytes).map(\.shown) {
      if line.hasPrefix("VmRSS:") { now = kilobytes(line) }
      if line.hasPrefix("VmHWM:") { peak = kilobytes(line) }
    }
    guard let now, let peak else { return nil }
    return (now, max(peak, now))
  }

  private static func kilobytes(_ line: String) -> Int? {
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard words.count > 1, let number = Int(words[1]) else { return nil }
    return number.multipliedReportingOverflow(by: 1024).partialValue
  }

  /// Has the system count the most memory anew; without effect where it does not let us.
  public static func forgetPeak() {
    let descriptor = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = write(descriptor, "5", 1)
    close(descriptor)
  }
}
