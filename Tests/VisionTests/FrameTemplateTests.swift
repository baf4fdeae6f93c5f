import Testing
import Vision

@Suite struct FrameTemplateTests {
  @Test(arguments: [
    ("img_{:05d}.jpg", 7, "img_00007.jpg"), ("{:06d}.jpg", 123, "000123.jpg"), ("{}.png", 5, "5.png"),
    ("{:d}.png", 50, "50.png"), ("image_{:05d}.jpg", 1_234_567, "image_1234567.jpg"),
    ("%05d.jpg", 7, "00007.jpg"), ("f%d.jpg", 7, "f7.jpg"), ("rgb/{:02d}.png", 3, "rgb/03.png"),
    ("Bild nächster {:03d}.jpg", 0, "Bild nächster 000.jpg"),
  ])
  func aNumberStandsInTheName(_ template: String, _ number: Int, _ name: String) throws {
    #expect(try String(decoding: FrameTemplate(template).name(number), as: UTF8.self) == name)
  }

  @Test(arguments: [
    "flow_{x|y}_{:05d}.jpg", "flow_{}_{:05d}.jpg", "{:06d}-{x|y}_{:05d}.jpg", "{:06d}-{}_{:05d}.jpg",
    "flow_x_{:05d}.jpg", "FLOW_Y_%05d.jpg",
  ])
  func opticalFlowIsRefusedByName(_ template: String) {
    #expect { try FrameTemplate(template) } throws: {
      "\($0)"
        == "the template '\(template)' is of optical flow, which has two grey pictures for a step: flow is not"
        + " read, only frames in colour"
    }
  }

  @Test(arguments: [
    ("", "must hold the number"), ("img.jpg", "must hold the number"),
    ("{:05d}_{:05d}.jpg", "must hold the number"),
    ("{:5d}.jpg", "must hold the number"), ("{:05x}.jpg", "must hold the number"),
    ("{{:05d}}", "must hold the number"),
    ("%s.jpg", "must hold the number"), ("{:05d}%", "must hold the number"),
    ("{:099d}.jpg", "numbers of 99 digits, expected up to 18"), ("../{:05d}.jpg", "leads out of the folder"),
    ("/etc/{:05d}", "leads out of the folder"), ("a/../../{:05d}", "leads out of the folder"),
    ("a\0{:05d}", "leads out of the folder"),
  ])
  func whatIsNoTemplateIsRefusedInOneLine(_ template: String, _ reason: String) {
    #expect { try FrameTemplate(template) } throws: { "\($0)".contains(reason) && !"\($0)".contains("\n") }
  }
}
