/** A canvas knows no CSS variables; the page's light and dark colours are looked up when it is drawn. */
export function cssColor(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}
