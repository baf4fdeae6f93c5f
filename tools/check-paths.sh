#!/usr/bin/env bash
# Paths are bytes: Support's FilePath takes them apart, and one listing reads folders. What Foundation has for paths decodes
# names as text, loses those that are none, and traps on some of one character. This check finds its use in Sources.
set -euo pipefail
cd "$(dirname "$0")/.."
banned='NSString|FileManager|URL\(fileURLWithPath|contentsOfFile:|toFile:|FileHandle\(for|deletingLastPathComponent|appendingPathComponent|lastPathComponent|deletingPathExtension|pathExtension|resolvingSymlinksInPath|standardizedFileURL|currentDirectoryPath|FilePath\("[^"]*\\\('
lines='split\(separator: "\\n"|split\(whereSeparator: \\\.isNewline|components\(separatedBy: (\.newlines|"\\n")|\.isNewline'
status=0
if found=$(grep -rnE "$banned" Sources --include='*.swift' | grep -vE '^[^:]*:[0-9]+: *//'); then
  echo "$found"
  echo "check-paths: use FilePath, FileStatus, FolderListing, InputFile and AtomicFile of Support for paths and files"
  status=1
fi
# Where files are read, texts are split by bytes.
if found=$(grep -rnE "$lines" Sources/{Support,Vision,Checkpoints,GlanceFocus} --include='*.swift' | grep -vE '^[^:]*:[0-9]+: *//'); then
  echo "$found"
  echo "check-paths: TextLines of Support finds lines in bytes; a Character may be CR LF"
  status=1
fi
exit "$status"
