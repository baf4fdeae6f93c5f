import Foundation
import LuaHost
import Reports
import Support

// Writes the pages that are made, not written: `documentation api FOLDER` the reference and luacheck's names, from the registration
// tables;
// `documentation site ROOT FOLDER` the site, from all pages of the source tree at ROOT. `make api` and `make site` call it.

let usage = "usage: documentation api FOLDER | documentation site ROOT FOLDER"

func complain(_ message: String) -> Never {
  FileHandle.standardError.write(Data((message + "\n").utf8))
  exit(1)
}

let arguments = CommandLine.arguments.dropFirst().map { $0 }
do {
  switch (arguments.first, arguments.count) {
  case ("api", 2):
    try ReferenceFolder.write(to: FilePath(arguments[1]))
  case ("site", 3):
    try SiteFolder(root: FilePath(arguments[1]), output: FilePath(arguments[2])).write()
  default: complain(usage)
  }
} catch {
  complain("documentation: \(error)")
}
