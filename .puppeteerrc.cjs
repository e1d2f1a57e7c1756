// The browser is found or installed by the project's own step (src/cli/browser.ts), which says what it does.
module.exports = { skipDownload: true };
