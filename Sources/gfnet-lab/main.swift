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
do {
  try Ranks.join()
} catch {
  Terminal.complain("\(error)")
  exit(1)
}
let status = Launcher.run(RawArgument.all())
exit(Ranks.finish(Terminal.reportLostOutput() ? max(status, 1) : status))
