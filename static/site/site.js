// Share buttons. Every page reads, and every link works, without this script.
const announce = (button, words) => {
  const said = button.closest(".share").querySelector(".said");
  said.textContent = words;
  setTimeout(() => (said.textContent = ""), 4000);
};

const offer = (selector, isPossible, act) => {
  if (!isPossible) return;
  for (const button of document.querySelectorAll(selector)) {
    button.parentElement.hidden = false;
    button.addEventListener("click", () => act(button, button.closest(".share").dataset));
  }
};

offer("[data-share]", navigator.share, (button, { address, title }) =>
  // Whoever closes the device's sheet has not made an error.
  navigator.share({ url: address, title }).catch(() => {}),
);

// Browsers offer the clipboard to secure pages only.
offer("[data-copy]", navigator.clipboard, (button, { address }) =>
  navigator.clipboard.writeText(address).then(
    () => announce(button, button.dataset.copy),
    () => announce(button, address),
  ),
);
