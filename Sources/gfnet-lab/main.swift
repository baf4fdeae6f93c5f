import ArgumentParser
import Foundation

WaitPolicy.apply()
Signals.install()
exit(Launcher.run(Array(CommandLine.arguments.dropFirst())))
