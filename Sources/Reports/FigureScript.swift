/// The script of the page that shows figures at full size, and has the link to the shown file lead to what the page holds.
///
/// A page whose scripts do not run has the figures as they are, and links to the files beside it.
enum FigureScript {
  static let script = PageScript(
    #"""
    (() => {
    "use strict";
    const make = (tag, values, ...children) => {
      const element = Object.assign(document.createElement(tag), values);
      element.append(...children);
      return element;
    };
    const large = make("img", { alt: "" }), close = make("button", { type: "button" }, "Close");
    const dialog = make("dialog", { className: "full" }, close, large);
    dialog.addEventListener("click", () => dialog.close());
    document.body.append(dialog);

    const open = image => {
      large.src = image.src;
      large.alt = image.alt;
      // A file of pixels is shown pixel by pixel, and no smaller than the window; drawings fill it.
      const wide = /^data:image\/svg/.test(image.src) ? 0 : image.naturalWidth / window.devicePixelRatio;
      large.style.width = `${Math.max(wide, document.documentElement.clientWidth)}px`;
      dialog.setAttribute("aria-label", image.alt.slice(0, 100));
      dialog.showModal();
      dialog.scrollTo((dialog.scrollWidth - dialog.clientWidth) / 2, 0);
    };

    for (const figure of document.querySelectorAll("figure.picture:not(.explorer)")) {
      const image = figure.querySelector("img"), own = figure.querySelector("a.shown");
      if (own && image.src.startsWith("data:")) { own.href = image.src; }
      const button = make("button", { type: "button" }, "Full size");
      button.addEventListener("click", () => open(image));
      image.addEventListener("click", () => open(image));
      image.classList.add("enlarges");
      figure.querySelector(".links")?.append(button);
    }
    })();

    """#)
}
