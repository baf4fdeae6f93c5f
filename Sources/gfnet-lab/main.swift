import ArgumentParser
import Foundation

Signals.install()
exit(Launcher.run(Array(CommandLine.arguments.dropFirst())))
