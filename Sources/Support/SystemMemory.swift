import Foundation

/// What the system says about memory.
public enum SystemMemory {
  /// Bytes that the process takes, without the files that it has mapped; 0 where the system does not say.
  public static let ofProcess: @Sendable () -> Int = {
    // It is read without allocating: this is asked when memory is short.
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var numbers = (0, 0, 0)
    withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { buffer in
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      var field = 0
      for byte in buffer.prefix(max(count, 0)) {
        if byte == UInt8(ascii: " ") {
          field += 1
          if field > 2 { break }
        } else if byte >= 48, byte < 58 {
          let digit = Int(byte - 48)
          switch field {
          case 0: numbers.0 = numbers.0 &* 10 &+ digit
          case 1: numbers.1 = numbers.1 &* 10 &+ digit
          default: numbers.2 = numbers.2 &* 10 &+ digit
          }
        }
      }
    }
    // The numbers are the size, what is resident, and what of that is shared with files, in pages.
    return max(numbers.1 - numbers.2, 0) &* Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Bytes that the machine has left for this process: what the kernel calls available, or less where a control group
  /// allows less.
  ///
  /// - Parameter root: what stands in the place of `/`, for tests.
  public static func available(root: FilePath = "/") -> Int {
    let fields = lines(root / "proc/meminfo").map { $0.split(separator: " ") }
    func kilobytes(_ name: String) -> Int? {
      fields.first { $0.first == name[...] }.flatMap { $0.count > 1 ? Int($0[1]) : nil }
    }
    let machine =
      (kilobytes("MemAvailable:") ?? kilobytes("MemTotal:"))?.multipliedReportingOverflow(by: 1024)
      .partialValue
      ?? Int(clamping: Double(ProcessInfo.processInfo.physicalMemory))
    return groupRooms(root).reduce(machine, min)
  }

  /// Bytes that the process may map beside what it maps now, where the system limits that (`ulimit -v`); nil where not.
  ///
  /// - Parameter root: what stands in the place of `/`, for tests.
  public static func addressesLeft(root: FilePath = "/") -> Int? {
    let name = "Max address space"
    // A line has the name, the limit that holds, the one that it may be raised to, and the unit.
    guard let line = lines(root / "proc/self/limits").first(where: { $0.hasPrefix(name) }),
      let limit = line.dropFirst(name.count).split(separator: " ").first.flatMap({ Int($0) })
    else { return nil }
    let pages = lines(root / "proc/self/statm").first?.split(separator: " ").first.flatMap { Int($0) } ?? 0
    let mapped = pages.multipliedReportingOverflow(by: Int(sysconf(Int32(_SC_PAGESIZE)))).partialValue
    return max(limit - max(mapped, 0), 0)
  }

  /// What each control group that holds the process has left.
  private static func groupRooms(_ root: FilePath) -> [Int] {
    var rooms: [Int] = []
    for line in lines(root / "proc/self/cgroup") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let files: (folder: String, limit: String, use: String)
      if parts[0] == "0", parts[1].isEmpty {
        files = ("/sys/fs/cgroup", "memory.max", "memory.current")
      } else if parts[1].split(separator: ",").contains("memory") {
        files = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes")
      } else {
        continue
      }
      // A limit of any group above holds as well. Inside a container the path may be that of the host.
      let top = root / files.folder
      var path = FilePath(String(parts[2])).removingRoot()
      while true {
        let folder = top.pushing(path)
        if let limit = number(folder / files.limit), let use = number(folder / files.use) {
          // Files that were read lately count as used, and make room when asked.
          let files = lines(folder / "memory.stat").first { $0.hasPrefix("inactive_file ") }
          let cached = files.flatMap { Int($0.dropFirst("inactive_file ".count)) } ?? 0
          rooms.append(max(limit - min(max(use - cached, 0), limit), 0))
        }
        if path.isEmpty { break }
        path.removeLastComponent()
      }
    }
    return rooms
  }

  /// The number that a file holds; nil where it says `max`.
  private static func number(_ path: FilePath) -> Int? { lines(path).first.flatMap { Int($0) } }

  private static func lines(_ path: FilePath) -> [String] {
    guard let bytes = try? FileAccess.ofProgram({ try InputFile.bytes(of: path, limit: 1 << 20) }) else {
      return []
    }
    return TextLines(bytes).map(\.shown)
  }
}
