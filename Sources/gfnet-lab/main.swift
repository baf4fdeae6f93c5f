import ArgumentParser
import Foundation
import Support

WaitPolicy.apply()
Console.fillClosedStreams()
do {
  try Signals.install()
} catch {
  Terminal.complain("\(error)")
  exit(2)
}
let status = Launcher.run(RawArgument.all())
exit(Terminal.reportLostOutput() ? max(status, 1) : status)
