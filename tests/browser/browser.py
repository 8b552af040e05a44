"""Debian's headless Chromium, driven by Selenium: without a network, one window for all tests."""

import base64
import shutil
import sys

try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
DRIVER = shutil.which("chromedriver")


def skip_without_browser():
    missing = [name for name, there in (("python3-selenium", webdriver),
                                        ("chromium-headless-shell", CHROMIUM),
                                        ("chromium-driver", DRIVER)) if not there]
    if missing:
        print("skipped: not installed: " + ", ".join(missing))
        sys.exit(77)


class Browser:
    def __init__(self):
        options = Options()
        options.binary_location = CHROMIUM
        # --no-sandbox: containers, where tests run as root, have no user namespaces to build one.
        for argument in ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                         "--disable-dev-shm-usage", "--no-first-run"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)
        self.driver.set_page_load_timeout(150)
        self.cdp("Network.enable", {})
        self.cdp("Network.emulateNetworkConditions",
                 {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0})

    # chromedriver leaves a chromium-headless-shell behind that nobody has told to end.
    def close(self):
        try:
            self.cdp("Browser.close", {})
        except WebDriverException:
            pass  # It answers, or has gone already.
        self.driver.quit()

    def cdp(self, command, arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def open(self, path, width=1200, dark=False, scripts=True, fragment=""):
        self.cdp("Emulation.setDeviceMetricsOverride",
                 {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
        self.cdp("Emulation.setEmulatedMedia",
                 {"media": "", "features": [{"name": "prefers-color-scheme",
                                             "value": "dark" if dark else "light"}]})
        self.cdp("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        self.driver.get("about:blank")
        self.messages()
        self.driver.get("file://" + str(path) + fragment)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    # What the page has said on the console since it was asked last; errors and breaches of its
    # policy are there too.
    def messages(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    # What the page's main thread has used since it was opened, after Performance.enable.
    def thread_seconds(self):
        metrics = self.cdp("Performance.getMetrics", {})["metrics"]
        return {entry["name"]: entry["value"] for entry in metrics}["TaskDuration"]

    def picture(self, path, height=None):
        size = self.cdp("Page.getLayoutMetrics", {})["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": height or size["height"],
                "scale": 1}
        shot = self.cdp("Page.captureScreenshot",
                        {"format": "png", "captureBeyondViewport": True, "clip": clip})
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self):
        return base64.b64decode(self.cdp("Page.printToPDF", {"printBackground": True})["data"])

    def drag(self, element_id, from_share, to_share):
        box = self.run("const e = document.getElementById(arguments[0]); e.scrollIntoView();"
                       "const b = e.getBoundingClientRect(); return [b.left, b.top, b.width,"
                       "b.height]", element_id)
        y = box[1] + box[3] / 2

        def mouse(kind, share):
            self.cdp("Input.dispatchMouseEvent",
                     {"type": kind, "x": box[0] + 60 + (box[2] - 60) * share, "y": y,
                      "button": "left", "buttons": 0 if kind == "mouseReleased" else 1,
                      "clickCount": 1})

        mouse("mousePressed", from_share)
        for step in range(1, 5):
            mouse("mouseMoved", from_share + (to_share - from_share) * step / 4)
        mouse("mouseReleased", to_share)

    def hover(self, element_id, share):
        box = self.run("const e = document.getElementById(arguments[0]); e.scrollIntoView();"
                       "const b = e.getBoundingClientRect(); return [b.left, b.top, b.width,"
                       "b.height]", element_id)
        for nudge in (0, 1):
            self.cdp("Input.dispatchMouseEvent",
                     {"type": "mouseMoved", "x": box[0] + 60 + (box[2] - 68) * share + nudge,
                      "y": box[1] + box[3] / 2})
