import Foundation
import Support
import Video
import Vision

// Pictures of videos for a program that compares them with those of another library.
//
// Each line of standard input is a request, its words separated by tabs:
//
//   describe THREADS PATH
//   frames   THREADS INDICES PATH     indices from 0 with commas between
//   stream   THREADS PATH             all pictures, one after the other
//   resized  SIDE PATH                the same, the shorter side resized
//   time     THREADS PATH             seconds to read all pictures, and how many
//   stop     SECONDS PATH             milliseconds from the end of so many seconds until reading has stopped
//
// The answer is a line "ok" with numbers. For "frames" and "stream" it is followed by a line for each picture,
// "INDEX SECONDS WIDTH HEIGHT" and its pixels, and a line "end", with what was wrong if something was. Otherwise it is
// "error" and the reason.

struct BadRequest: Error, CustomStringConvertible {
  let description: String
}

func number(_ word: String) throws -> Int {
  guard let number = Int(word) else { throw BadRequest(description: "not a number: \(word)") }
  return number
}

func write(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

func write(_ index: Int, _ seconds: Double, _ image: RGBImage) {
  write("\(index) \(seconds) \(image.width) \(image.height)")
  FileHandle.standardOutput.write(Data(image.pixels))
}

func describe(_ path: String, threads: Int) throws {
  let file = try VideoFile(FilePath(path), threads: threads)
  let times = file.times.map { String(format: "%.6f", $0) }.joined(separator: ",")
  write(
    "ok \(file.container) \(file.codec) \(file.width) \(file.height) \(file.pixelAspect) \(file.frameRate) "
      + "\(file.hasConstantRate) \(file.duration) \(file.startTime) \(file.count) \(file.isCountedByDecoding) \(times) "
      + "\(file.damage ?? "-")")
}

func frames(_ path: String, _ indices: [Int], threads: Int) throws {
  let file = try VideoFile(FilePath(path), threads: threads)
  let images = try file.frames(at: indices)
  write("ok")
  for (index, image) in zip(indices, images) { write(index, file.times[index], image) }
  write("end")
}

func stream(_ reader: VideoReader) {
  write("ok")
  do {
    while let frame = try reader.next() { write(frame.index, frame.seconds, frame.image) }
    write("end")
  } catch {
    write("end \(error)")
  }
}

func answer(_ words: [String]) throws {
  switch (words.first, words.count) {
  case ("describe", 3): try describe(words[2], threads: number(words[1]))
  case ("frames", 4):
    try frames(
      words[3], words[2].split(separator: ",").map { try number(String($0)) }, threads: number(words[1]))
  case ("stream", 3): stream(try VideoReader(FilePath(words[2]), threads: number(words[1])))
  case ("resized", 3):
    stream(try VideoReader(FilePath(words[2]), resize: .shorterSide(number(words[1]))))
  case ("time", 3):
    var count = 0
    let milliseconds = try MonotonicClock.time {
      let reader = try VideoReader(FilePath(words[2]), threads: number(words[1]))
      while try reader.next() != nil { count += 1 }
    }
    write("ok \(milliseconds / 1e3) \(count)")
  case ("stop", 3):
    guard let seconds = Double(words[1]) else { throw BadRequest(description: "not a number: \(words[1])") }
    let deadline = Deadline(of: "the request", seconds: seconds)
    Cancellation.withDeadline(deadline) {
      do {
        let file = try VideoFile(FilePath(words[2]))
        let reader = try VideoReader(FilePath(words[2]))
        _ = try file.frames(at: [file.count - 1])
        while try reader.next() != nil {}
        write("ok it was read before")
      } catch {
        write("ok \(1e3 * (deadline.elapsed - seconds)) \(error)")
      }
    }
  default: throw BadRequest(description: "no such request: \(words.joined(separator: " "))")
  }
}

while let line = readLine() {
  do {
    try answer(line.split(separator: "\t").map(String.init))
  } catch {
    write("error \(error)")
  }
}
