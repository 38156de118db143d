from setuptools import setup
VERSION = '1.0'
setup(
    name='app', version="0.1",
    install_requires=['requests==2.31.0', "Flask[async] == 3.0.0", 'six>=1.0', "tomli==2.0.1; python_version < '3.11'"],
    # 'commented==1.0',
    extras_require={'dev': ['pytest==7.4.3', 'star==1.*']},
)
