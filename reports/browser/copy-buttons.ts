/** Each button copies the text of the element it names, and says so for a moment. */
export function enableCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copies]')) {
    button.addEventListener('click', () => {
      const source = document.getElementById(button.dataset.copies ?? '');
      if (source === null) return;
      void copy(source).then((done) => {
        button.textContent = done ? 'Copied' : 'Press Ctrl+C';
        setTimeout(() => {
          button.textContent = 'Copy';
        }, 2000);
      });
    });
  }
}

/** A page opened from disk may lack the clipboard; its text is then left selected for the keyboard. */
async function copy(source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}
