import ArgumentParser
import LuaHost

/// `gfnet-lab doctor`: what is installed, what is missing and what to do about it.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check the installation: libraries, processor, data, folders.")

  func run() throws {
    let findings = Doctor.examine()
    let width = findings.map(\.subject.count).max() ?? 0
    for finding in findings {
      let mark = finding.isGood ? "ok  " : "LACK"
      let subject = finding.subject + String(repeating: " ", count: width - finding.subject.count)
      Terminal.write("\(mark)  \(subject)  \(finding.detail)\n")
      if !finding.isGood, !finding.remedy.isEmpty { Terminal.write("      → \(finding.remedy)\n") }
    }
    if findings.contains(where: { !$0.isGood && $0.isNeeded }) { throw ExitCode(1) }
  }
}
