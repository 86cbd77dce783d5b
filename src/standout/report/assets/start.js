// From here on the page is alive: what needs scripts shows itself, what stands in for it keeps to print.

function start() {
  document.documentElement.classList.add("live");
  document.body.append(tip);
  startTheme();
  if (n) {
    startTable();
    startFilters();
    startDownloads();
    startDrawer();
    change({});
    startMap();
    startSlopes();
    startLinks();
  }
  startRoc();
}

start();
