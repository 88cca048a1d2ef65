def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes longer; make check-all runs it")
