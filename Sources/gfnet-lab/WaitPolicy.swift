import Foundation
import Support

/// How idle threads of the OpenMP team wait for the next parallel region.
///
/// By default they spin for milliseconds, which wins microseconds on an idle machine and costs a factor of four on a
/// shared one, where a spinning thread keeps the working one from its core. The library reads its environment before
/// `main`, so the program starts itself once more with a short spin.
enum WaitPolicy {
  private static let variables = ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT"]

  /// Starts the program once more with a short spin, unless the user has chosen how threads wait.
  static func apply() {
    guard variables.allSatisfy({ getenv($0) == nil }) else { return }
    setenv("GOMP_SPINCOUNT", "3000", 1)
    // We read bytes, as the standard library repairs what is not UTF-8.
    guard let line = try? InputFile.bytes(of: "/proc/self/cmdline", limit: 1 << 26), line.last == 0 else {
      return
    }
    var arguments: [UnsafeMutablePointer<CChar>?] = line.dropLast()
      .split(separator: 0, omittingEmptySubsequences: false)
      .map { argument in strdup(argument.map { CChar(bitPattern: $0) } + [0]) }
    arguments.append(nil)
    execv("/proc/self/exe", arguments)
    // execv returns only on failure, such as where there is no /proc; the program then runs as it is.
    arguments.forEach { free($0) }
  }
}
