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
let call = Launcher.Call(RawArgument.all())
do {
  try Ranks.join(for: Teamwork(of: try? call.command.get()))
} catch {
  Terminal.complain("\(error)")
  exit(1)
}
let status = Launcher.run(call)
exit(Ranks.finish(Terminal.reportLostOutput() ? max(status, 1) : status))
