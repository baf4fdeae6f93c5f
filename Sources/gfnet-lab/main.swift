import ArgumentParser
import Foundation
import Support

WaitPolicy.apply()
Console.fillClosedStreams()
Signals.install()
let status = Launcher.run(RawArgument.all())
exit(Terminal.reportLostOutput() ? max(status, 1) : status)
