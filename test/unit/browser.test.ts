import { expect } from 'chai';
import { browserFlags, usualPlaces } from '../../src/cli/browser.js';

describe("the browser's flags", () => {
  const desktop = { platform: 'linux', gpu: true, sandbox: true } as const;

  it('ask for SwiftShader where there is no GPU', () => {
    const flags = browserFlags({ ...desktop, gpu: false });
    expect(flags).to.include.members(['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']);
    expect(flags.join()).to.not.include('vulkan');
  });
  it('ask for Vulkan on a Linux GPU, and for nothing special elsewhere', () => {
    expect(browserFlags(desktop)).to.include.members(['--enable-features=Vulkan', '--use-angle=vulkan']);
    expect(browserFlags({ ...desktop, platform: 'darwin' }).join()).to.not.match(/vulkan|swiftshader/);
  });
  it('end with those of CHROME_FLAGS', () => {
    const more = ' --enable-dawn-features=disable_robustness  --foo';
    expect(browserFlags({ ...desktop, more }).slice(-2)).to.deep.equal(more.trim().split(/ +/));
    expect(browserFlags({ ...desktop, more: '' })).to.deep.equal(browserFlags(desktop));
  });
  it('drop the sandbox only where it cannot be built', () => {
    expect(browserFlags(desktop)).to.not.include('--no-sandbox');
    expect(browserFlags({ ...desktop, sandbox: false })).to.include('--no-sandbox');
  });
  it('keep the browser from the network and its clock precise', () => {
    expect(browserFlags(desktop)).to.include.members([
      '--enable-webgpu-developer-features',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--no-first-run',
    ]);
  });
  it('go to a browser in the usual places of each system', () => {
    expect(usualPlaces('darwin', { HOME: '/Users/a' })).to.include(
      '/Users/a/Applications/Chromium.app/Contents/MacOS/Chromium',
    );
    expect(usualPlaces('win32', { PROGRAMFILES: 'C:\\Programs' })).to.include(
      'C:\\Programs\\Google\\Chrome\\Application\\chrome.exe',
    );
  });
});
